namespace Realtime.LoadClient.Protocols;

/// <summary>What a load says to an app, whatever the protocol.</summary>
/// <param name="Event">The event (a hub's method) that says a text.</param>
/// <param name="Data">Its data as JSON: <c>{text}</c> is the text and <c>{user}</c> who says it.</param>
/// <param name="Join">What a join carries, as JSON with <c>{user}</c>; empty for nothing.</param>
/// <param name="IsAnswered">Whether each message asks for an answer of its own.</param>
internal sealed record MessageShape(string Event, string Data, string Join, bool IsAnswered);
