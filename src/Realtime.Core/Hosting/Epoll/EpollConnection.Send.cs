using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Realtime.Hosting.Epoll;

internal sealed partial class EpollConnection
{
    // One call of the kernel takes at most so many pieces.
    private const int PiecesAtOnce = 64;

    private List<ArraySegment<byte>>? _pieces;

    /// <summary>Sends whatever the application flushes, on its thread, until it ends or the connection fails.</summary>
    private async Task SendAllAsync()
    {
        Exception? failure = null;
        var reader = _toSend.Reader;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync();
                if (result.IsCanceled)
                {
                    break;
                }
                var buffer = result.Buffer;
                while (!buffer.IsEmpty)
                {
                    _writable.Clear();
                    var length = Send(buffer, out var error);
                    if (error == SocketError.WouldBlock)
                    {
                        await _writable.WaitAsync();
                    }
                    else if (error != SocketError.Success)
                    {
                        throw new SocketException((int)error);
                    }
                    else
                    {
                        buffer = buffer.Slice(length);
                    }
                }
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            failure = new ConnectionResetException("The client reset the connection.", exception);
        }
        catch (ObjectDisposedException)
        {
            // Shut by an abort, which has said why.
        }
        catch (Exception exception)
        {
            failure = new IOException("The connection failed.", exception);
        }
        Shut(failure ?? new ConnectionAbortedException("The server has sent all and closed the connection."), reset: failure is not null);
        await reader.CompleteAsync(_shutdownReason);
        // The reading may wait for a reader that is gone.
        _received.Writer.CancelPendingFlush();
    }

    private int Send(in ReadOnlySequence<byte> buffer, out SocketError error)
    {
        if (buffer.IsSingleSegment)
        {
            return _socket.Send(buffer.FirstSpan, SocketFlags.None, out error);
        }
        var pieces = _pieces ??= [];
        foreach (var memory in buffer)
        {
            if (pieces.Count == PiecesAtOnce)
            {
                break;
            }
            MemoryMarshal.TryGetArray(memory, out var piece);
            pieces.Add(piece);
        }
        try
        {
            return _socket.Send(pieces, SocketFlags.None, out error);
        }
        finally
        {
            pieces.Clear();
        }
    }
}
