using System.Buffers;

namespace Realtime.Sockets;

// What the platform's WebSocket sees: a duplex stream.
internal sealed partial class Outbox
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException("A connection has no length.");

    public override long Position
    {
        get => throw new NotSupportedException("A connection has no position.");
        set => throw new NotSupportedException("A connection has no position.");
    }

    /// <summary>
    /// Writes one whole frame behind those queued. A control frame, and any frame for which there is room, is done at once; another waits for room.
    /// </summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return default;
        }
        lock (_gate)
        {
            if (_isBroken)
            {
                return ValueTask.FromException(new IOException("The connection is gone."));
            }
            if (_isClosed)
            {
                return default;
            }
            if (FrameHeader.IsClose(buffer.Span))
            {
                _isClosed = true;
            }
            if (_isWriting && !FrameHeader.IsControl(buffer.Span) && !Fits(buffer.Length))
            {
                return new ValueTask(WriteWithRoomAsync(buffer, cancellationToken));
            }
            if (_isWriting)
            {
                AddCopy(buffer.Span);
                return default;
            }
            // Nothing is queued and nobody writes: straight through, without a copy and without a change of thread.
            _isWriting = true;
            _bytes += buffer.Length;
        }
        return WriteThrough(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("No code of ours blocks: write with WriteAsync.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("No code of ours blocks: read with ReadAsync.");

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        return _stream.ReadAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Every write below is flushed by the connection itself.
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A connection has no position.");

    public override void SetLength(long value) => throw new NotSupportedException("A connection has no length.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Break();
            _stream.Dispose();
        }
        base.Dispose(disposing);
    }

    private ValueTask WriteThrough(ReadOnlyMemory<byte> buffer)
    {
        ValueTask write;
        try
        {
            write = _stream.WriteAsync(buffer);
            if (write.IsCompletedSuccessfully)
            {
                write.GetAwaiter().GetResult();
                WroteThrough(buffer.Length);
                return default;
            }
        }
        catch (Exception exception)
        {
            write = ValueTask.FromException(exception);
        }
        return FinishAsync(write, buffer.Length);

        async ValueTask FinishAsync(ValueTask write, int length)
        {
            try
            {
                await write;
            }
            catch (Exception)
            {
                Break();
                throw;
            }
            finally
            {
                WroteThrough(length);
            }
        }
    }

    // Frames may have been queued meanwhile: the right to write passes to the flusher, which drains them (or finds none and rests).
    private void WroteThrough(int length)
    {
        Wrote(length);
        lock (_gate)
        {
            if (_count == 0 && _rest is null && _behind is null)
            {
                _isWriting = false;
                return;
            }
        }
        _flusher.Add(this);
    }

    private async Task WriteWithRoomAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await WaitForRoomAsync().WaitAsync(cancellationToken);
        await WriteAsync(buffer, cancellationToken);
    }

    private void AddCopy(ReadOnlySpan<byte> frame)
    {
        var copy = ArrayPool<byte>.Shared.Rent(frame.Length);
        frame.CopyTo(copy);
        Add(new QueuedFrame(copy, frame.Length, IsRented: true));
    }
}
