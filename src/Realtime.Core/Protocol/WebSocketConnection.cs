using System.Net.WebSockets;
using System.Text;

namespace Realtime.Protocol;

/// <summary>One WebSocket handshake (RFC 6455; over HTTP/2: RFC 8441) and, once accepted, the socket.</summary>
/// <remarks>
/// The handshake is answered once: <see cref="AcceptAsync"/> or <see cref="DenyAsync"/>. An application that returns
/// without either has denied it with 403; one that returns with the socket open has closed it with 1000, one that throws
/// with 1011. Pings and fragments belong to the server. One receive and one send may be under way at a time.
/// </remarks>
public sealed partial class WebSocketConnection : RequestConnection
{
    private WebSocketHandshake? _handshake;
    private IReadOnlyList<string>? _requestedSubprotocols;
    private WebSocket? _socket;
    private WebSocketWatch? _watch;
    private long _received;
    private int? _sentCode;
    private int? _compressFrom;
    private bool _isMidMessage;
    private bool _isCompressing;
    private bool _answered;
    private bool _gone;

    private WebSocketConnection(WebSocketHandshake handshake)
        : base(handshake) => _handshake = handshake;

    /// <summary>The subprotocols the client offers, in its order of preference.</summary>
    public IReadOnlyList<string> RequestedSubprotocols => _requestedSubprotocols ??= Subprotocols(Facts.RequestHeaders);

    /// <summary>Whether the handshake has been answered.</summary>
    public bool IsAnswered
    {
        get
        {
            _ = Facts;
            return _answered;
        }
    }

    /// <summary>
    /// How the peer's side ended: the close code it sent, 1005 where it gave none, 1006 where it vanished without a close;
    /// 1002, 1007 or 1009 where the server closed the socket over what it received. Null while open.
    /// </summary>
    public int? CloseCode { get; private set; }

    /// <summary>The reason the peer gave with its close, or null.</summary>
    public string? CloseReason { get; private set; }

    /// <summary>
    /// Whether both sides speak <c>permessage-deflate</c> (RFC 7692) and keep no context: a frame that is compressed by itself may then be
    /// written to the transport, with its first reserved bit set.
    /// </summary>
    public bool IsCompressed => _compressFrom is not null;

    /// <summary>
    /// The largest message, in bytes after inflating, that is received; null for no limit. It may be changed between two messages.
    /// </summary>
    public long? MaxMessageSize { get; set; }

    /// <summary>Accepts the handshake.</summary>
    /// <param name="options">Subprotocol, headers, keep-alive, compression; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    /// <exception cref="InvalidOperationException">The handshake has been answered, or the subprotocol was not offered.</exception>
    public async ValueTask AcceptAsync(WebSocketAcceptOptions? options = null, CancellationToken cancellationToken = default)
    {
        var handshake = Handshake;
        ThrowIfAnswered("AcceptAsync");
        options ??= new WebSocketAcceptOptions();
        if (options.Subprotocol is { } subprotocol && !RequestedSubprotocols.Contains(subprotocol, StringComparer.Ordinal))
        {
            throw new InvalidOperationException(
                $"The handshake was accepted with the subprotocol '{subprotocol}', which the client did not offer: choose one of RequestedSubprotocols or none.");
        }
        _answered = true;
        MaxMessageSize = options.MaxMessageSize;
        _compressFrom = options.CompressFrom is { } from && DeflateOffer.IsAcceptable(RequestHeaders["Sec-WebSocket-Extensions"]) ? from : null;
        options = options with { CompressFrom = _compressFrom };
        _socket = await handshake.AcceptAsync(
            options,
            stream => _watch = new WebSocketWatch(options.Transport?.Invoke(stream) ?? stream),
            cancellationToken);
    }

    /// <summary>Refuses the handshake with an HTTP response.</summary>
    /// <param name="response">The response; null for an empty 403.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    /// <exception cref="InvalidOperationException">The handshake has been answered.</exception>
    public ValueTask DenyAsync(WebSocketDenial? response = null, CancellationToken cancellationToken = default)
    {
        var handshake = Handshake;
        ThrowIfAnswered("DenyAsync");
        _answered = true;
        return handshake.DenyAsync(response ?? new WebSocketDenial(), cancellationToken);
    }

    /// <summary>Cuts the connection without a close frame; the peer sees 1006.</summary>
    public void Abort()
    {
        var handshake = Handshake;
        _answered = true;
        _gone = true;
        handshake.Abort();
    }

    /// <summary>Sends a close frame. The peer's answer arrives through <see cref="ReceiveAsync"/>.</summary>
    /// <param name="code">1000 to 4999 as RFC 6455, section 7.4, allows; 1005, 1006 and 1015 are never sent.</param>
    /// <param name="reason">Up to 123 bytes of UTF-8, or null.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    /// <exception cref="InvalidOperationException">The handshake was not accepted.</exception>
    /// <exception cref="ArgumentException">The code may not be sent, or the reason is too long.</exception>
    public ValueTask CloseAsync(int code = 1000, string? reason = null, CancellationToken cancellationToken = default)
    {
        var socket = Accepted("CloseAsync");
        if (code is < 1000 or > 4999 or 1004 or 1005 or 1006 or 1015)
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "A close code is 1000 to 4999 and neither 1004, 1005, 1006 nor 1015 (RFC 6455, section 7.4).");
        }
        if (reason is not null && Encoding.UTF8.GetByteCount(reason) > 123)
        {
            throw new ArgumentException("A close reason has at most 123 bytes of UTF-8.", nameof(reason));
        }
        if (_sentCode is not null || _gone)
        {
            return default;
        }
        _sentCode = code;
        return SendCloseAsync(socket, (WebSocketCloseStatus)code, reason, cancellationToken);
    }

    private WebSocketHandshake Handshake => _handshake ?? (WebSocketHandshake)Facts;

    private async ValueTask SendCloseAsync(WebSocket socket, WebSocketCloseStatus status, string? reason, CancellationToken cancellationToken)
    {
        try
        {
            await socket.CloseOutputAsync(status, reason, cancellationToken);
        }
        catch (Exception exception) when (IsPeerGone(exception, cancellationToken))
        {
            _gone = true;
        }
    }

    private WebSocket Accepted(string verb)
    {
        _ = Facts;
        return _socket ?? throw new InvalidOperationException($"{verb} before the handshake was accepted: await AcceptAsync first.");
    }

    private void ThrowIfAnswered(string verb)
    {
        if (_answered)
        {
            throw new InvalidOperationException($"{verb} was called, but the handshake has been answered already: it is answered once, by AcceptAsync, DenyAsync or Abort.");
        }
    }

    /// <summary>What a dead transport makes of a call: all but the caller's own cancellation.</summary>
    private static bool IsPeerGone(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        WebSocketException or IOException or ObjectDisposedException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        // The platform's answer to a call in a state that it left meanwhile.
        InvalidOperationException => true,
        _ => false,
    };

    private static string[] Subprotocols(Headers headers) =>
    [
        .. headers["Sec-WebSocket-Protocol"].SelectMany(static line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
    ];
}
