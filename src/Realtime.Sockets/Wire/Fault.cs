namespace Realtime.Sockets;

/// <summary>Why a message was refused: a code for programs, a sentence for people, and what more the app's handler said; null for nothing.</summary>
internal readonly record struct Fault(string Code, string Message, object? Details = null)
{
    public static Fault BadMessage(string message) => new("bad_message", message);

    public static Fault UnknownType(string type) => new("unknown_type", $"There is no message type '{Shorten(type)}': send join, leave, event, history, authenticate or ping.");

    public static Fault UnknownTopic(string topic) => new("unknown_topic", $"There is no topic '{Shorten(topic)}'.");

    public static Fault UnknownEvent(string topic, string name) => new("unknown_event", $"The topic '{Shorten(topic)}' has no handler for the event '{Shorten(name)}'.");

    public static Fault BadData(string message) => new("bad_data", message);

    public static Fault NotJoined(string topic) => new("not_joined", $"This connection is not in the topic '{Shorten(topic)}': join it first.");

    public static Fault NoHistory(string topic) => new("no_history", $"The topic '{Shorten(topic)}' keeps no history.");

    public static Fault AlreadyJoined(string topic) => new("already_joined", $"This connection is in the topic '{Shorten(topic)}' already.");

    public static Fault TooManyJoins(int limit) => new("too_many_joins", $"A connection may be in {limit} topics at a time: leave one first.");

    public static Fault Forbidden(string topic) => new("forbidden", $"This client may not be in the topic '{Shorten(topic)}'.");

    public static Fault TooFast() => new("too_fast", "Too many messages in too short a time: slow down and send it again.");

    public static Fault Unauthenticated(string message) => new("unauthenticated", message);

    public static Fault OtherUser() => new("other_user", "A connection stays one user's: connect anew to be another.");

    public static Fault Unavailable() => new("unavailable", "The server could not check the token in time: send it again.");

    public static Fault Internal(string reference) => new("internal", $"The server failed to handle this; its log says more under {reference}.");

    // A peer's text is shown back only in part: an error is no place for 64 KiB.
    private static string Shorten(string text) => text.Length > 64 ? string.Concat(text.AsSpan(0, 64), "…") : text;
}
