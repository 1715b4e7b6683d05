namespace Realtime.Protocol;

/// <summary>How a WebSocket handshake is accepted.</summary>
public sealed record WebSocketAcceptOptions
{
    /// <summary>The subprotocol to speak, one that the client offered; null for none.</summary>
    public string? Subprotocol { get; init; }

    /// <summary>Header fields to add to the handshake's response; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>How often the server pings an idle peer; <see cref="TimeSpan.Zero"/> (the default) for never.</summary>
    public TimeSpan KeepAliveInterval { get; init; }

    /// <summary>
    /// Wraps the byte stream below the WebSocket, after the handshake and before the first frame. Whoever wraps it sees
    /// every byte that the server's WebSocket code writes and may write frames of its own between them. Null for none.
    /// </summary>
    public Func<Stream, Stream>? Transport { get; init; }

    /// <summary>
    /// The largest message, in bytes, that is received: a larger one closes the socket with 1009. Null for no limit.
    /// 65,536 by default.
    /// </summary>
    public long? MaxMessageSize { get; init; } = 65_536;

    /// <summary>
    /// From how many bytes on a message is sent compressed, where the client offers <c>permessage-deflate</c> (RFC 7692); null (the
    /// default) to speak no compression. Neither side keeps a context from message to message.
    /// </summary>
    public int? CompressFrom { get; init; }
}
