using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace Realtime;

public sealed partial class Socket
{
    /// <summary>Sends a message. Waits while the peer reads too slowly; after it has gone, does nothing.</summary>
    /// <param name="message">The message, which may be one just received.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer; the socket is then aborted.</param>
    public ValueTask SendAsync(SocketMessage message, CancellationToken cancellationToken = default) =>
        _sender.SendAsync(message.Bytes, message.Type, cancellationToken);

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
            await _sender.SendAsync(buffer.AsMemory(0, length), WebSocketMessageType.Text, cancellationToken);
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
        _sender.SendAsync(bytes, WebSocketMessageType.Binary, cancellationToken);

    /// <summary>Sends a value as JSON in a text message, or as MessagePack in a binary one where the subprotocol is <c>msgpack</c> or ends with <c>.msgpack</c>. Bytes (an array or memory) are sent as they are, in a binary message; so is what a stream gives.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer; the socket is then aborted.</param>
    public ValueTask SendAsync<T>(T value, CancellationToken cancellationToken = default) => value switch
    {
        byte[] bytes => _sender.SendAsync(bytes, WebSocketMessageType.Binary, cancellationToken),
        Stream stream => SendStreamAsync(stream, WebSocketMessageType.Binary, cancellationToken),
        Memory<byte> bytes => _sender.SendAsync(bytes, WebSocketMessageType.Binary, cancellationToken),
        _ => _sender.SendAsync(_format.Write(value, Request.App.Json), _format.MessageType, cancellationToken),
    };

    /// <summary>
    /// Sends one message of what a stream gives, in fragments of up to 16 KB, as fast as the peer reads it: the message may be of any size.
    /// Other messages wait until it is whole.
    /// </summary>
    /// <param name="source">The stream, read to its end.</param>
    /// <param name="type">Binary, or text where the stream gives UTF-8.</param>
    /// <param name="cancellationToken">Gives up; the socket is then closed or aborted, as half of a message cannot be taken back.</param>
    /// <exception cref="Exception">What the source threw; the socket was closed with 1011.</exception>
    public ValueTask SendStreamAsync(Stream source, WebSocketMessageType type = WebSocketMessageType.Binary, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return _sender.SendAsync(source, type, cancellationToken);
    }

    /// <summary>Sends one message of many pieces, each a fragment that goes out as it comes. Other messages wait until it is whole.</summary>
    /// <param name="pieces">The pieces; each must stay as it is until the next is asked for.</param>
    /// <param name="type">Binary, or text where the pieces together are UTF-8.</param>
    /// <param name="cancellationToken">Gives up; the socket is then closed or aborted, as half of a message cannot be taken back.</param>
    /// <exception cref="Exception">What the source threw; the socket was closed with 1011.</exception>
    public ValueTask SendStreamAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, WebSocketMessageType type = WebSocketMessageType.Binary, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        return _sender.SendAsync(pieces, type, cancellationToken);
    }

    /// <summary>Sends one text message of many pieces, each a fragment that goes out as it comes. Other messages wait until it is whole.</summary>
    /// <param name="pieces">The pieces.</param>
    /// <param name="cancellationToken">Gives up; the socket is then closed or aborted, as half of a message cannot be taken back.</param>
    /// <exception cref="Exception">What the source threw; the socket was closed with 1011.</exception>
    public ValueTask SendStreamAsync(IAsyncEnumerable<string> pieces, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        return _sender.SendAsync(pieces, cancellationToken);
    }
}
