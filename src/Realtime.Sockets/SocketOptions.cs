using Realtime.Sockets;

namespace Realtime;

/// <summary>Limits and rules of the app's WebSockets, raw routes and the realtime endpoint alike.</summary>
public sealed record SocketOptions
{
    /// <summary>
    /// The origins, beside the app's own, whose pages may open a socket: <c>https://app.example.org</c>, or <c>*</c> for any. A handshake with another
    /// <c>Origin</c> is answered with 403; one without (not from a browser) is let in. Empty by default: a page of another
    /// site must not act with the cookies of ours.
    /// </summary>
    public IReadOnlyCollection<string> AllowedOrigins { get; init; } = [];

    /// <summary>
    /// The subprotocols that raw routes speak: the first of a client's offers that is among them is chosen. A handler that takes a
    /// <see cref="SocketHandshake"/> may choose otherwise.
    /// With <c>msgpack</c>, and with one that ends with <c>.msgpack</c>, typed messages are MessagePack instead of JSON. <c>json</c> and <c>msgpack</c> by
    /// default; a client need offer none.
    /// </summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = ["json", "msgpack"];

    /// <summary>
    /// The largest message, in bytes after inflating, that is received; a larger one closes the socket with 1009.
    /// <see cref="Socket.ReadStreamsAsync"/> takes larger ones in pieces. 65,536 by default.
    /// </summary>
    public int MaxMessageSize { get; init; } = 65_536;

    /// <summary>
    /// How many bytes may wait for one peer to read them. Beyond it a raw route's <see cref="Socket.SendAsync(string, CancellationToken)"/> waits, and a topic
    /// closes the peer with 3008. 1 MiB by default.
    /// </summary>
    public int OutboxLimit { get; init; } = 1 << 20;

    /// <summary>
    /// How many connections there may be at a time, of raw routes and the realtime endpoint together; a handshake beyond is answered with 503 and <c>Retry-After</c>. Null
    /// (the default) for as many as the system allows. Only that of <c>app.Sockets</c> counts, not that of a route's own options.
    /// </summary>
    public int? MaxConnections { get; init; }

    /// <summary>How long a peer may take to answer a close before it is cut off. 5 seconds by default.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a raw route looks whether its peer was heard: one that was silent since the last look is pinged (RFC 6455, section 5.5.2).
    /// Only a socket whose handler waits for a message can hear, so only such a socket is looked at. <see cref="TimeSpan.Zero"/> for never, 30 seconds by default.
    /// </summary>
    /// <remarks>Clients of the realtime endpoint ping by themselves: see <see cref="RealtimeOptions.Heartbeat"/>.</remarks>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a ping a peer may stay silent before its connection is cut (1006). 20 seconds by default.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long the handler of a raw route may wait for a whole message, pings and pongs not counting, before the socket is closed with 3001;
    /// <see cref="TimeSpan.Zero"/> (the default) for as long as it likes.
    /// </summary>
    public TimeSpan ReceiveTimeout { get; init; }

    /// <summary>
    /// How messages are compressed where the client offers <c>permessage-deflate</c> (RFC 7692), which browsers do; null (the default) not to.
    /// </summary>
    /// <remarks>
    /// It is off unless asked for because the length of a compressed message tells what is in it: where one message holds both a secret and
    /// something that an attacker chose, the attacker finds the secret by trying (as CRIME and BREACH did). It also takes some 300 KB of memory
    /// and a good deal of time while a message is compressed.
    /// </remarks>
    public SocketCompression? Compression { get; init; }

    internal IEnumerable<TimeSpan> Times => [CloseTimeout, KeepAliveInterval, KeepAliveTimeout, ReceiveTimeout];

    internal void Validate()
    {
        OptionRule.Positive(MaxMessageSize, "SocketOptions.MaxMessageSize");
        OptionRule.Positive(OutboxLimit, "SocketOptions.OutboxLimit");
        OptionRule.Positive(MaxConnections ?? 1, "SocketOptions.MaxConnections");
        OptionRule.Positive(CloseTimeout, "SocketOptions.CloseTimeout");
        OptionRule.Positive(KeepAliveInterval, "SocketOptions.KeepAliveInterval", mayBeZero: true);
        OptionRule.Positive(KeepAliveTimeout, "SocketOptions.KeepAliveTimeout");
        OptionRule.Positive(ReceiveTimeout, "SocketOptions.ReceiveTimeout", mayBeZero: true);
        OptionRule.Positive((Compression?.Threshold ?? 0) + 1, "SocketOptions.Compression.Threshold");
    }
}
