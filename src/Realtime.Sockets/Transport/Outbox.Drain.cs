using System.Buffers;

namespace Realtime.Sockets;

internal sealed partial class Outbox
{
    /// <summary>For the flusher: writes all that is queued, and returns at the first write that must wait for the peer.</summary>
    /// <returns>How many frames were queued, about.</returns>
    public int Drain()
    {
        var count = Volatile.Read(ref _count);
        _ = DrainQueueAsync();
        return count;
    }

    // Owns the right to write (_isWriting) from its first line to the moment it finds the queue empty.
    private async Task DrainQueueAsync()
    {
        while (TryTake(out var queue, out var count, out var droppedBatches, out var sample))
        {
            await WriteBatchAsync(queue, count, droppedBatches);
            sample?.Written();
            for (var index = 0; index < count; index++)
            {
                Return(queue[index]);
            }
            Array.Clear(queue, 0, count);
            ArrayPool<QueuedFrame>.Shared.Return(queue);
        }
    }

    private bool TryTake(out QueuedFrame[] queue, out int count, out int droppedBatches, out DeliverySample? sample)
    {
        TaskCompletionSource? rest;
        lock (_gate)
        {
            droppedBatches = _droppedBatches;
            sample = _sample;
            _sample = null;
            Refill();
            if (_count > 0)
            {
                (queue, count) = (_queue!, _count);
                (_queue, _count) = (null, 0);
                return true;
            }
            queue = [];
            count = 0;
            _isWriting = false;
            if (_queue is { } spare)
            {
                _queue = null;
                ArrayPool<QueuedFrame>.Shared.Return(spare, clearArray: true);
            }
            rest = _rest;
            _rest = null;
        }
        rest?.TrySetResult();
        return false;
    }

    private async ValueTask WriteBatchAsync(QueuedFrame[] queue, int count, int droppedBatches)
    {
        byte[]? gathered = null;
        var length = 0;
        var next = 0;
        try
        {
            while (next < count)
            {
                var frame = queue[next++];
                if (Volatile.Read(ref _droppedBatches) != droppedBatches && !frame.IsControl)
                {
                    Wrote(frame.Length);
                    continue;
                }
                if (length > 0 && (length + frame.Length > GatherSize || frame.Length >= GatherSize / 2))
                {
                    next--;
                    await _stream.WriteAsync(gathered.AsMemory(0, length));
                    Wrote(length);
                    length = 0;
                    next++;
                }
                if (length == 0 && (frame.Length >= GatherSize / 2 || count == 1))
                {
                    length = frame.Length;
                    await _stream.WriteAsync(frame.Memory);
                    Wrote(length);
                    length = 0;
                    continue;
                }
                gathered ??= ArrayPool<byte>.Shared.Rent(GatherSize);
                frame.Memory.Span.CopyTo(gathered.AsSpan(length));
                length += frame.Length;
            }
            if (length > 0)
            {
                await _stream.WriteAsync(gathered.AsMemory(0, length));
                Wrote(length);
            }
        }
        catch (Exception)
        {
            // However the stream fails, it means that the peer is gone; the read side tells the handler.
            Break();
            Wrote(length + Unwritten(queue.AsSpan(next, count - next)));
        }
        finally
        {
            if (gathered is not null)
            {
                ArrayPool<byte>.Shared.Return(gathered);
            }
        }
    }

    private static int Unwritten(ReadOnlySpan<QueuedFrame> frames)
    {
        var bytes = 0;
        foreach (var frame in frames)
        {
            bytes += frame.Length;
        }
        return bytes;
    }

    private void Wrote(int length)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _bytes -= length;
            _writes++;
            if (_room is not null && HasRoom)
            {
                room = _room;
                _room = null;
            }
        }
        room?.TrySetResult();
    }

    private void Break()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _isBroken = true;
            _isClosed = true;
            room = _room;
            _room = null;
        }
        room?.TrySetResult();
        DropQueued();
    }
}
