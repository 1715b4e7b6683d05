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

    /// <summary>The subprotocols that raw routes speak, best first: the first that a client offers is chosen. Empty by default.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = [];

    /// <summary>The largest message, in bytes, that is received; a larger one closes the socket with 1009. 65,536 by default.</summary>
    public int MaxMessageSize { get; init; } = 65_536;

    /// <summary>
    /// How many bytes may wait for one peer to read them. Beyond it a raw route's <see cref="Socket.SendAsync(string, CancellationToken)"/> waits, and a topic
    /// closes the peer with 3008. 1 MiB by default.
    /// </summary>
    public int OutboxLimit { get; init; } = 1 << 20;

    /// <summary>How long a peer may take to answer a close before it is cut off. 5 seconds by default.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the server pings a peer of a raw route; <see cref="TimeSpan.Zero"/> (the default) for never.</summary>
    public TimeSpan KeepAliveInterval { get; init; }

    internal void Validate()
    {
        OptionRule.Positive(MaxMessageSize, "SocketOptions.MaxMessageSize");
        OptionRule.Positive(OutboxLimit, "SocketOptions.OutboxLimit");
        OptionRule.Positive(CloseTimeout, "SocketOptions.CloseTimeout");
        OptionRule.Positive(KeepAliveInterval, "SocketOptions.KeepAliveInterval", mayBeZero: true);
    }
}
