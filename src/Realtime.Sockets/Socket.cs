using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Realtime.Sockets;

namespace Realtime;

/// <summary>One accepted WebSocket of a route: receive, send, close.</summary>
/// <remarks>
/// One reader at a time; any number of senders. It is closed with 1000 when the route's handler returns, and with 1011 when the
/// handler throws.
/// </remarks>
public sealed class Socket
{
    private readonly Link _link;
    private readonly MessageReceiver _receiver;

    internal Socket(Link link, Request request, string? subprotocol)
    {
        _link = link;
        _receiver = new MessageReceiver(link.Connection);
        Request = request;
        Subprotocol = subprotocol;
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
            while (CloseCode is null && await _receiver.ReceiveAsync(cancellationToken))
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
    /// Receives message after message as JSON until the socket is closed. A peer that sends something else is closed with 1007, and the loop ends.
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
                value = JsonSerializer.Deserialize<T>(message.Bytes.Span, Request.App.Json);
            }
            catch (JsonException exception)
            {
                _link.Close(CloseCodes.BadData, Reason(exception));
                yield break;
            }
            yield return value!;
        }
    }

    /// <summary>Sends a message. Waits while the peer reads too slowly; after it has gone, does nothing.</summary>
    /// <param name="message">The message, which may be one just received.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer; the socket is then aborted.</param>
    public ValueTask SendAsync(SocketMessage message, CancellationToken cancellationToken = default) =>
        SendAsync(message.Bytes, message.Type, cancellationToken);

    /// <summary>Sends a text message.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer; the socket is then aborted.</param>
    public async ValueTask SendAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(text, buffer);
            await SendAsync(buffer.AsMemory(0, length), WebSocketMessageType.Text, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Sends a binary message.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer; the socket is then aborted.</param>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        SendAsync(bytes, WebSocketMessageType.Binary, cancellationToken);

    /// <summary>Sends a value as JSON in a text message. Bytes (an array or memory) are sent as they are, in a binary message.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer; the socket is then aborted.</param>
    public ValueTask SendAsync<T>(T value, CancellationToken cancellationToken = default) => value switch
    {
        byte[] bytes => SendAsync(bytes, WebSocketMessageType.Binary, cancellationToken),
        Memory<byte> bytes => SendAsync(bytes, WebSocketMessageType.Binary, cancellationToken),
        _ => SendAsync(JsonScratch.Serialize(value, Request.App.Json), WebSocketMessageType.Text, cancellationToken),
    };

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

    /// <summary>Reads what the peer still sends, up to its answer to a close.</summary>
    internal async ValueTask SkipToEndAsync()
    {
        while (await _receiver.ReceiveAsync())
        {
        }
    }

    private static string Reason(JsonException exception) =>
        exception.Path is { Length: > 1 and < 60 } path ? $"This message is not the JSON that is expected here, at {path}." : "This message is not the JSON that is expected here.";

    private ValueTask SendAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type, CancellationToken cancellationToken) =>
        // A close may come from the server's end at any time: whoever sends meanwhile has done nothing wrong.
        _link.IsClosing ? default : _link.Connection.SendAsync(bytes, type, endOfMessage: true, cancellationToken);
}
