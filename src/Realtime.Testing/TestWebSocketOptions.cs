namespace Realtime.Testing;

/// <summary>The handshake that <see cref="TestServer.ConnectWebSocketAsync"/> makes.</summary>
public sealed record TestWebSocketOptions
{
    /// <summary>The subprotocols to offer, in order of preference; none unless set.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = [];

    /// <summary>Header fields to add, such as <c>Origin</c> or <c>Cookie</c>; none unless set.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether no heartbeat is asked of the peer, so that a test may move the clock.</summary>
    internal bool IsWatched { get; init; }
}
