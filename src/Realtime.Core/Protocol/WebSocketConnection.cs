using System.Net.WebSockets;

namespace Realtime.Protocol;

/// <summary>One WebSocket handshake (RFC 6455; over HTTP/2: RFC 8441) and, once accepted, the socket.</summary>
/// <remarks>
/// The handshake is answered once: <see cref="AcceptAsync"/> or <see cref="DenyAsync"/>. An application that returns
/// without either has denied it with 403. Pings and fragments belong to the server.
/// </remarks>
public abstract class WebSocketConnection : RequestConnection
{
    /// <summary>The subprotocols the client offers, in its order of preference.</summary>
    public abstract IReadOnlyList<string> RequestedSubprotocols { get; }

    /// <summary>Whether the handshake has been answered.</summary>
    public abstract bool IsAnswered { get; }

    /// <summary>
    /// The close code the peer sent: 1005 where it gave none, 1006 where it vanished without a close, null while open.
    /// </summary>
    public abstract int? CloseCode { get; }

    /// <summary>The reason the peer gave with its close, or null.</summary>
    public abstract string? CloseReason { get; }

    /// <summary>Accepts the handshake.</summary>
    /// <param name="options">Subprotocol, headers, keep-alive; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    /// <exception cref="InvalidOperationException">The handshake has been answered, or the subprotocol was not offered.</exception>
    public abstract ValueTask AcceptAsync(WebSocketAcceptOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Refuses the handshake with an HTTP response.</summary>
    /// <param name="response">The response; null for an empty 403.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    /// <exception cref="InvalidOperationException">The handshake has been answered.</exception>
    public abstract ValueTask DenyAsync(WebSocketDenial? response = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Receives the next piece of a message. An empty buffer waits until there is something to read without holding
    /// memory meanwhile (a zero-byte read).
    /// </summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="cancellationToken">Gives up waiting; the socket is then aborted.</param>
    /// <returns>
    /// What arrived. A close, however it came, is <see cref="WebSocketMessageType.Close"/>: look at
    /// <see cref="CloseCode"/>; receiving does not throw because a peer vanished or broke the protocol (the server has then
    /// answered with 1002, 1007 or 1009).
    /// </returns>
    /// <exception cref="InvalidOperationException">The handshake was not accepted, or the socket is already closed.</exception>
    public abstract ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Sends a message or a fragment of one. After the peer has gone it does nothing.</summary>
    /// <param name="payload">The bytes.</param>
    /// <param name="type">Text (the bytes are UTF-8) or binary.</param>
    /// <param name="endOfMessage">False where more of this message follows.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer; the socket is then aborted.</param>
    /// <exception cref="InvalidOperationException">The handshake was not accepted, or this side has closed.</exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> payload, WebSocketMessageType type, bool endOfMessage = true, CancellationToken cancellationToken = default);

    /// <summary>Sends a close frame. The peer's answer arrives through <see cref="ReceiveAsync"/>.</summary>
    /// <param name="code">1000 to 4999 as RFC 6455, section 7.4, allows.</param>
    /// <param name="reason">Up to 123 bytes of UTF-8, or null.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    /// <exception cref="InvalidOperationException">The handshake was not accepted.</exception>
    public abstract ValueTask CloseAsync(int code = 1000, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Cuts the connection without a close frame; the peer sees 1006.</summary>
    public abstract void Abort();
}
