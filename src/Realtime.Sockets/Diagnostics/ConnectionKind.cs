namespace Realtime.Sockets;

/// <summary>What a connection is counted as.</summary>
/// <param name="Transport"><c>web_sockets</c> or <c>server_sent_events</c>.</param>
/// <param name="Codec">The realtime endpoint's subprotocol, or <c>raw</c> for a route of the app's own.</param>
internal readonly record struct ConnectionKind(string Transport, string Codec)
{
    public const string WebSockets = "web_sockets";
    public const string ServerSentEvents = "server_sent_events";

    public static ConnectionKind Raw { get; } = new(WebSockets, "raw");
}
