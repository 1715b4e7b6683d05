using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Realtime.Sockets;

namespace Realtime;

/// <summary>One accepted WebSocket of a route: receive, send, close.</summary>
/// <remarks>
/// One reader at a time; any number of senders. It is closed with 1000 when the route's handler returns, and with 1011 when the
/// handler throws. A peer's ping is answered, and its close heard, while the handler waits for a message: one that only sends should
/// read beside it.
/// </remarks>
public sealed partial class Socket
{
    private readonly Link _link;
    private readonly MessageReceiver _receiver;
    private readonly MessageSender _sender;
    private readonly long? _maxMessageSize;
    private readonly ValueFormat _format;
    private SocketStream? _stream;

    internal Socket(Link link, Request request, string? subprotocol)
    {
        _link = link;
        _receiver = new MessageReceiver(link.Connection);
        _sender = new MessageSender(link);
        _maxMessageSize = link.Connection.MaxMessageSize;
        Request = request;
        Subprotocol = subprotocol;
        _format = ValueFormat.Of(subprotocol);
    }

    /// <summary>The handshake.</summary>
    public Request Request { get; }

    /// <summary>The subprotocol that both sides speak, or null for none.</summary>
    public string? Subprotocol { get; }

    /// <summary>
    /// The code the socket was closed with: this side's, if it closed first, else the peer's. 1005 where the peer gave none, 1006
    /// where it vanished, null while open.
    /// </summary>
    public int? CloseCode => _link.CloseCode ?? _link.Connection.CloseCode;

    /// <summary>The reason that the peer closed with, or null.</summary>
    public string? CloseReason => _link.Connection.CloseReason;

    /// <summary>
    /// Receives message after message until the socket is closed; then the loop ends, and <see cref="CloseCode"/> says how. While it waits it holds no buffer.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting; the socket is then aborted.</param>
    public async IAsyncEnumerable<SocketMessage> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            while (CloseCode is null && await ReceiveAsync(cancellationToken))
            {
                if (!_link.IsClosing)
                {
                    yield return new SocketMessage(_receiver.Type, _receiver.Bytes);
                }
            }
        }
        finally
        {
            _receiver.Release();
        }
    }

    /// <summary>
    /// Receives message after message as JSON, or as MessagePack where the subprotocol is <c>msgpack</c> or ends with <c>.msgpack</c>, until the socket is
    /// closed. A peer that sends something else is closed with 1007, and the loop ends.
    /// </summary>
    /// <typeparam name="T">The messages' type.</typeparam>
    /// <param name="cancellationToken">Gives up waiting; the socket is then aborted.</param>
    public async IAsyncEnumerable<T> ReadAllAsync<T>([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var message in ReadAllAsync(cancellationToken))
        {
            T? value;
            try
            {
                value = _format.Read<T>(message.Bytes, Request.App.Json);
            }
            catch (JsonException exception)
            {
                _link.Close(CloseCodes.BadData, Reason(exception));
                yield break;
            }
            yield return value!;
        }
    }

    /// <summary>
    /// Closes the socket behind what was sent. It does not wait for the peer's answer, which the end of the handler waits for, within
    /// <see cref="SocketOptions.CloseTimeout"/>.
    /// </summary>
    /// <param name="code">1000, or 3000 to 4999 for codes of the app's own (RFC 6455, section 7.4).</param>
    /// <param name="reason">Up to 123 bytes of UTF-8, or null.</param>
    /// <exception cref="ArgumentException">The code is not one to send, or the reason is too long.</exception>
    public ValueTask CloseAsync(int code = 1000, string? reason = null)
    {
        if (code is < 1000 or > 4999 or 1004 or 1005 or 1006 or 1015)
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "A close code is 1000 to 4999, but none of 1004, 1005, 1006 and 1015, which are never sent.");
        }
        if (reason is not null && Encoding.UTF8.GetByteCount(reason) > 123)
        {
            throw new ArgumentException("A close reason has at most 123 bytes of UTF-8.", nameof(reason));
        }
        _link.Close(code, reason);
        return default;
    }

    /// <summary>Cuts the connection without a close frame; the peer sees 1006.</summary>
    public void Abort() => _link.Connection.Abort();

    /// <summary>
    /// Receives message after message as streams, read while they arrive: for messages larger than
    /// <see cref="SocketOptions.MaxMessageSize"/>, which does not hold here. What is left unread of a message is skipped when the next is asked for.
    /// </summary>
    /// <param name="maxMessageSize">The largest message, in bytes; a larger one closes the socket with 1009. Null for no limit.</param>
    /// <param name="cancellationToken">Gives up waiting; the socket is then aborted.</param>
    /// <example><c>await foreach (var upload in socket.ReadStreamsAsync()) { await upload.CopyToAsync(file); }</c></example>
    public async IAsyncEnumerable<SocketStream> ReadStreamsAsync(long? maxMessageSize = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (CloseCode is null && await BeginStreamAsync(maxMessageSize, cancellationToken) is { } stream)
        {
            if (!_link.IsClosing)
            {
                yield return stream;
            }
        }
    }

    /// <summary>What the socket lives on.</summary>
    internal Link Link => _link;

    /// <summary>Reads what the peer still sends, up to its answer to a close.</summary>
    internal async ValueTask SkipToEndAsync()
    {
        while (await _receiver.ReceiveAsync())
        {
        }
    }

    private async ValueTask<bool> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (!await SkipAsync(cancellationToken))
        {
            return false;
        }
        _link.Connection.MaxMessageSize = _maxMessageSize;
        _link.BeginReceive();
        try
        {
            return await _receiver.ReceiveAsync(cancellationToken);
        }
        finally
        {
            _link.EndReceive();
        }
    }

    // What a reader left of a message that it read as a stream.
    private ValueTask<bool> SkipAsync(CancellationToken cancellationToken)
    {
        var unread = _stream;
        _stream = null;
        return unread is null ? new ValueTask<bool>(true) : unread.SkipAsync(cancellationToken);
    }

    private async ValueTask<SocketStream?> BeginStreamAsync(long? maxMessageSize, CancellationToken cancellationToken)
    {
        if (!await SkipAsync(cancellationToken))
        {
            return null;
        }
        _link.Connection.MaxMessageSize = maxMessageSize;
        _link.BeginReceive();
        try
        {
            // Waits without memory, and tells what comes.
            var begun = await _link.Connection.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
            return begun.MessageType == WebSocketMessageType.Close ? null : _stream = new SocketStream(_link, begun.MessageType, begun.EndOfMessage);
        }
        finally
        {
            _link.EndReceive();
        }
    }

    private string Reason(JsonException exception) =>
        exception.Path is { Length: > 1 and < 60 } path ? $"This message is not the {_format.Name} that is expected here, at {path}." : $"This message is not the {_format.Name} that is expected here.";
}
