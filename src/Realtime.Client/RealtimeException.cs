using System.Text.Json;

namespace Realtime;

/// <summary>What went wrong between this client and its server: the code is for programs, the message for people.</summary>
/// <remarks>
/// Codes of the client's own: <c>connection_lost</c> (the answer was lost with its connection: the event may or may not have happened),
/// <c>queue_full</c>, <c>too_large</c>, <c>not_joined</c>, <c>already_joined</c>, <c>left</c>, <c>closed</c>, <c>too_slow</c> (this
/// reader of events fell behind), <c>bad_data</c> (data is not of the type asked for). Any other is the server's, or what its
/// handler refused with.
/// </remarks>
/// <param name="code">For programs.</param>
/// <param name="message">For people.</param>
/// <param name="innerException">What it came from; null for nothing.</param>
public sealed class RealtimeException(string code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What went wrong, for programs.</summary>
    public string Code { get; } = code;

    /// <summary>Whatever more the app's handler had to say; <see cref="JsonValueKind.Undefined"/> for nothing.</summary>
    public JsonElement Details { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {base.ToString()}";

    internal static RealtimeException Lost(string what, Exception? cause = null) => new("connection_lost", what, cause);
}
