using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Realtime.Sockets;

/// <summary>Sends a raw socket's messages, each whole or in fragments, one after another whoever sends them.</summary>
/// <param name="link">The socket's link.</param>
internal sealed class MessageSender(Link link)
{
    private const int PieceLength = 16 * 1024;

    // Never disposed of: it is so only for the sake of a wait handle that nobody asks for.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Sends a whole message. Does nothing once the socket is closing.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type, CancellationToken cancellationToken)
    {
        if (link.IsClosing)
        {
            return;
        }
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await SendAsync(bytes, type, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends one message of what a stream gives, as fast as the peer reads it.</summary>
    public ValueTask SendAsync(Stream source, WebSocketMessageType type, CancellationToken cancellationToken) => SendInFragmentsAsync(
        async () =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(PieceLength);
            try
            {
                while (!link.IsClosing && await source.ReadAsync(buffer.AsMemory(0, PieceLength), cancellationToken) is > 0 and var read)
                {
                    await SendAsync(buffer.AsMemory(0, read), type, endOfMessage: false, cancellationToken);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        },
        type,
        cancellationToken);

    /// <summary>Sends one message of many pieces, each as it comes.</summary>
    public ValueTask SendAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, WebSocketMessageType type, CancellationToken cancellationToken) => SendInFragmentsAsync(
        async () =>
        {
            await foreach (var piece in pieces.WithCancellation(cancellationToken))
            {
                if (link.IsClosing)
                {
                    return;
                }
                await SendAsync(piece, type, endOfMessage: false, cancellationToken);
            }
        },
        type,
        cancellationToken);

    /// <summary>Sends one text message of many pieces, each as it comes.</summary>
    public ValueTask SendAsync(IAsyncEnumerable<string> pieces, CancellationToken cancellationToken) =>
        SendAsync(EncodeAsync(pieces, cancellationToken), WebSocketMessageType.Text, cancellationToken);

    // A character outside of the basic plane may be cut in two by the pieces' border: the encoder keeps its first half.
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> EncodeAsync(IAsyncEnumerable<string> pieces, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var encoder = Encoding.UTF8.GetEncoder();
        var buffer = new ArrayBufferWriter<byte>();
        await foreach (var piece in pieces.WithCancellation(cancellationToken))
        {
            encoder.Convert(piece, buffer, flush: false, out _, out _);
            yield return buffer.WrittenMemory;
            buffer.ResetWrittenCount();
        }
        encoder.Convert("", buffer, flush: true, out _, out _);
        yield return buffer.WrittenMemory;
    }

    private async ValueTask SendInFragmentsAsync(Func<Task> sendAll, WebSocketMessageType type, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await sendAll();
            await SendAsync(ReadOnlyMemory<byte>.Empty, type, endOfMessage: true, cancellationToken);
        }
        catch
        {
            // Half of a message cannot be taken back, and nothing may follow it.
            link.Close(CloseCodes.ServerError, "A message could not be sent whole.");
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type, bool endOfMessage, CancellationToken cancellationToken)
    {
        try
        {
            // A close may come from the server's end at any time: whoever sends meanwhile has done nothing wrong.
            if (!link.IsClosing)
            {
                await link.Connection.SendAsync(bytes, type, endOfMessage, cancellationToken);
            }
        }
        catch (InvalidOperationException) when (link.IsClosing)
        {
        }
    }
}
