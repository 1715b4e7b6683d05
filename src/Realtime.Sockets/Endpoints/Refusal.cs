namespace Realtime.Sockets;

/// <summary>Why a client is not let in, before anything is upgraded.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="Reason">For the counter: one of a few words.</param>
/// <param name="Message">For people.</param>
/// <param name="Header">A header field that the answer needs, or null.</param>
/// <param name="Code">For programs; null for the reason.</param>
internal sealed record Refusal(int Status, string Reason, string Message, KeyValuePair<string, string>? Header = null, string? Code = null)
{
    private const string ByHook = "refused";

    public static Refusal Origin { get; } = new(403, "origin", "This origin may not open a socket here.");

    // RFC 9110, section 15.5.2: a 401 says how to authenticate.
    public static Refusal Unauthenticated { get; } = new(
        401, "unauthenticated", "This needs a valid token: in Authorization: Bearer, or as the query's token.", KeyValuePair.Create("WWW-Authenticate", "Bearer"));

    public static Refusal Unavailable { get; } = new(503, "timeout", "Authentication takes too long: try again.", RetryAfter(5));

    public static Refusal Full { get; } = new(503, "full", "This server has as many connections as it may: try again later.", RetryAfter(10));

    public static Refusal Draining { get; } = new(503, "draining", "This server is going away: try again.", RetryAfter(1));

    /// <summary>What the app's hook refused with: its status, and 403 for an error of topics, which has none.</summary>
    public static Refusal Of(Exception error) => error switch
    {
        HttpError { Status: 401 } http => Unauthenticated with { Reason = ByHook, Message = http.Message, Code = http.Code },
        HttpError http => new(http.Status, ByHook, http.Message, Code: http.Code),
        TopicError topic => new(403, ByHook, topic.Message, Code: topic.Code),
        _ => throw new ArgumentException("This is no refusal.", nameof(error), error),
    };

    public static Refusal Subprotocol(string spoken) => new(400, "subprotocol", $"Offer a subprotocol that is spoken here: {spoken}.");

    private static KeyValuePair<string, string> RetryAfter(int seconds) => KeyValuePair.Create("Retry-After", $"{seconds}");
}
