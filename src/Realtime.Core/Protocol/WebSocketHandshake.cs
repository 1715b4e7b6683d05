using System.Net.WebSockets;

namespace Realtime.Protocol;

/// <summary>
/// A server's side of one WebSocket handshake: how it answers, and the platform's socket once it accepted. The rules of the
/// contract are kept by <see cref="WebSocketConnection"/>.
/// </summary>
public abstract class WebSocketHandshake : RequestFacts
{
    /// <summary>The clock that limits how long a close may take.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>Accepts the handshake: sends the response, and puts the platform's WebSocket on the byte stream.</summary>
    /// <param name="options">Subprotocol (checked already), headers, keep-alive.</param>
    /// <param name="transport">Must be called once with the byte stream behind the handshake; the WebSocket is put on what it returns.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    public abstract ValueTask<WebSocket> AcceptAsync(WebSocketAcceptOptions options, Func<Stream, Stream> transport, CancellationToken cancellationToken);

    /// <summary>Refuses the handshake with a whole HTTP response.</summary>
    /// <param name="denial">The response.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    public abstract ValueTask DenyAsync(WebSocketDenial denial, CancellationToken cancellationToken);
}
