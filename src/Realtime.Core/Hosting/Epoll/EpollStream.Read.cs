using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Realtime.Hosting.Epoll;

internal sealed partial class EpollStream
{
    /// <summary>Reads what there is, or waits. An empty buffer waits until there is something to read.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled)
        {
            return ReadCancelableAsync(buffer, cancellationToken);
        }
        if (!_first.IsEmpty)
        {
            return new ValueTask<int>(ReadFirst(buffer.Span));
        }
        if (_readHere >= ReadAtOnce)
        {
            _readHere = 0;
            Prepare(buffer);
            Volatile.Write(ref _state, Waiting);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return new ValueTask<int>(this, _reading.Version);
        }
        try
        {
            if (Volatile.Read(ref _state) == Signalled && TryReceive(buffer, out var length))
            {
                _readHere += length;
                return new ValueTask<int>(length);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return ValueTask.FromException<int>(Lost(exception));
        }
        Prepare(buffer);
        if (Interlocked.CompareExchange(ref _state, Waiting, Dry) != Dry)
        {
            // An event came in between.
            Volatile.Write(ref _state, Waiting);
            Signal();
        }
        return new ValueTask<int>(this, _reading.Version);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    int IValueTaskSource<int>.GetResult(short token) => _reading.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _reading.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _reading.OnCompleted(continuation, state, token, flags);

    private void Prepare(Memory<byte> buffer)
    {
        _buffer = buffer;
        _reading.Reset();
    }

    /// <summary>There may be something to read. Where the reader waits, it goes on on this thread.</summary>
    private void Signal()
    {
        if (Interlocked.Exchange(ref _state, Signalled) != Waiting)
        {
            return;
        }
        // From here to the result this thread has the read to itself.
        var length = 0;
        try
        {
            while (!_buffer.IsEmpty && !TryReceive(_buffer, out length))
            {
                if (Interlocked.CompareExchange(ref _state, Waiting, Dry) == Dry)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Fail(Lost(exception));
            return;
        }
        _buffer = default;
        _readHere = length;
        _reading.SetResult(length);
    }

    /// <summary>Receives, or with an empty buffer looks, without waiting. What comes later than the look is signalled.</summary>
    /// <returns>False where there is nothing now.</returns>
    private bool TryReceive(Memory<byte> buffer, out int length)
    {
        Volatile.Write(ref _state, Dry);
        if (buffer.IsEmpty)
        {
            length = 0;
            if (!SocketCalls.HasInput(_socket.SafeHandle))
            {
                return false;
            }
            Volatile.Write(ref _state, Signalled);
            return true;
        }
        length = SocketCalls.Receive(_socket.SafeHandle, buffer.Span);
        // epoll(7): a read that got less than it asked for has emptied a stream socket. Its end comes apart.
        if (length == buffer.Length || length == 0 || (length > 0 && _isEnding))
        {
            Volatile.Write(ref _state, Signalled);
        }
        return length >= 0;
    }

    private int ReadFirst(Span<byte> buffer)
    {
        var length = Math.Min(buffer.Length, _first.Length);
        _first.Span[..length].CopyTo(buffer);
        _first = _first[length..];
        return length;
    }

    private async ValueTask<int> ReadCancelableAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var registration = cancellationToken.UnsafeRegister(static (stream, token) => ((EpollStream)stream!).Cancel(token), this);
        return await ReadAsync(buffer, CancellationToken.None);
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        // Whatever comes meanwhile is found by the next read.
        if (Interlocked.CompareExchange(ref _state, Signalled, Waiting) == Waiting)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => state.Stream.Fail(new OperationCanceledException(state.Token)),
                (Stream: this, Token: cancellationToken),
                preferLocal: false);
        }
    }

    private void Fail(Exception exception)
    {
        _buffer = default;
        _reading.SetException(exception);
    }
}
