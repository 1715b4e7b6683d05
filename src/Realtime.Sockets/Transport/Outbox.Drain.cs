using System.Buffers;

namespace Realtime.Sockets;

internal sealed partial class Outbox
{
    void IThreadPoolWorkItem.Execute() => _ = DrainQueueAsync();

    // Owns the right to write (_isWriting) from its first line to the moment it finds the queue empty.
    private async Task DrainQueueAsync()
    {
        while (TryTake(out var queue, out var count, out var droppedBatches))
        {
            try
            {
                await WriteBatchAsync(queue, count, droppedBatches);
            }
            catch (Exception)
            {
                // However the stream fails, it means that the peer is gone; the read side tells the handler.
                Break();
            }
            finally
            {
                for (var index = 0; index < count; index++)
                {
                    Return(queue[index]);
                }
                Array.Clear(queue, 0, count);
                ArrayPool<QueuedFrame>.Shared.Return(queue);
            }
        }
    }

    private bool TryTake(out QueuedFrame[] queue, out int count, out int droppedBatches)
    {
        TaskCompletionSource? rest;
        lock (_gate)
        {
            droppedBatches = _droppedBatches;
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
        try
        {
            for (var index = 0; index < count; index++)
            {
                var frame = queue[index];
                if (_isBroken || (Volatile.Read(ref _droppedBatches) != droppedBatches && !frame.IsControl))
                {
                    Wrote(frame.Length);
                    continue;
                }
                if (length > 0 && length + frame.Length > GatherSize)
                {
                    await _stream.WriteAsync(gathered.AsMemory(0, length));
                    Wrote(length);
                    length = 0;
                }
                if (frame.Length >= GatherSize / 2 || (count == 1 && length == 0))
                {
                    await _stream.WriteAsync(frame.Memory);
                    Wrote(frame.Length);
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
        finally
        {
            if (gathered is not null)
            {
                ArrayPool<byte>.Shared.Return(gathered);
            }
        }
    }

    private void Wrote(int length)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _bytes -= length;
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
