using System.Buffers;

namespace Realtime.Sockets;

/// <summary>
/// The only writer of a connection: a bounded queue of whole frames in front of the connection's stream, drained by a pool
/// work item that writes everything queued at once and rests when the queue is empty (see <see cref="Flusher"/>).
/// </summary>
/// <remarks>
/// <para>
/// Two kinds of callers write. Publishers call <see cref="TryEnqueue"/>, which never waits. The platform's WebSocket writes
/// to the same object as to any stream, one whole frame for each write, and may be made to wait. Frames therefore never mix.
/// </para>
/// <para>While nothing is queued it holds no buffer, no task and no timer.</para>
/// </remarks>
internal sealed partial class Outbox : Stream
{
    // Small frames are gathered into a buffer of this size; what is at least half as large is written as it is.
    private const int GatherSize = 16 * 1024;
    private const int FirstQueueLength = 16;

    private readonly Stream _stream;
    private readonly Flusher _flusher = Flusher.Next();
    private readonly int _limit;
    private readonly Lock _gate = new();
    private QueuedFrame[]? _queue;
    private int _count;
    private int _bytes;
    private int _droppedBatches;
    private int _reads;
    private int _writes;
    private bool _isWriting;
    private bool _isClosed;
    private bool _isGivenUp;
    private bool _isBroken;
    private DeliverySample? _sample;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _rest;

    /// <summary>Stands in front of a connection's stream.</summary>
    /// <param name="stream">The connection's stream.</param>
    /// <param name="limit">How many bytes may wait, frames that are being written included.</param>
    public Outbox(Stream stream, int limit)
    {
        _stream = stream;
        _limit = limit;
    }

    /// <summary>How many bytes wait or are being written.</summary>
    public int QueuedBytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes + _heldBytes;
            }
        }
    }

    /// <summary>From how many bytes on shared frames go out compressed; 0 where the peer speaks no compression.</summary>
    public int CompressFrom { get; set; }

    /// <summary>
    /// A number that changes when the peer is heard, or while it is owed something takes some of it: one that stands still is what silence looks like.
    /// </summary>
    // The platform's WebSocket asks for more as soon as it has dealt with what came, be it a pong: counting what it asks for costs nothing.
    public int Activity
    {
        get
        {
            lock (_gate)
            {
                return Volatile.Read(ref _reads) + (_bytes > 0 ? _writes : 0);
            }
        }
    }

    /// <summary>
    /// Queues a frame and returns at once. Behind a close frame, or when the connection is gone, the frame is dropped in silence.
    /// </summary>
    /// <returns>False where the frame does not fit: the peer reads too slowly.</returns>
    public bool TryEnqueue(PreparedFrame frame)
    {
        var bytes = BytesOf(frame);
        lock (_gate)
        {
            if (_isClosed || (_isGivenUp && !FrameHeader.IsControl(bytes)))
            {
                return true;
            }
            if (!Fits(bytes.Length) && !FrameHeader.IsControl(bytes))
            {
                return false;
            }
            Add(bytes);
            if (_isWriting)
            {
                return true;
            }
            _isWriting = true;
        }
        _flusher.Add(this);
        return true;
    }

    /// <summary>Times the frame that is queued next. Where one is being timed already, that one goes on.</summary>
    public void Time(DeliverySample sample)
    {
        lock (_gate)
        {
            _sample ??= sample;
        }
    }

    /// <summary>
    /// Gives up on the peer: drops what waits and whatever comes, all but control frames, since the close follows. An event behind dropped ones
    /// would be a gap.
    /// </summary>
    public void DropQueued()
    {
        lock (_gate)
        {
            _isGivenUp = true;
            _droppedBatches++;
            ForgetHeldBack();
            if (_queue is null)
            {
                return;
            }
            var kept = 0;
            for (var index = 0; index < _count; index++)
            {
                var frame = _queue[index];
                if (frame.IsControl)
                {
                    _queue[kept++] = frame;
                    continue;
                }
                _bytes -= frame.Length;
                Return(frame);
            }
            Array.Clear(_queue, kept, _count - kept);
            _count = kept;
        }
    }

    /// <summary>Completes when a frame that did not fit may be tried again, or when the connection is gone.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_gate)
        {
            return HasRoom ? Task.CompletedTask : (_room ??= NewSignal()).Task;
        }
    }

    /// <summary>Completes when everything queued has been written, or the limit has passed.</summary>
    /// <returns>Whether all was written.</returns>
    public async Task<bool> DrainAsync(TimeSpan limit, TimeProvider time)
    {
        Task rest;
        lock (_gate)
        {
            if (!_isWriting)
            {
                return true;
            }
            rest = (_rest ??= NewSignal()).Task;
        }
        try
        {
            await rest.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // A frame that alone is over the limit still fits an outbox that is at most half full: it could never be sent otherwise.
    private bool Fits(int length) => _bytes <= _limit - _heldBytes - length || HasRoom;

    private bool HasRoom => _isClosed || _isBroken || _bytes <= _limit / 2;

    // Not under the lock: it may compress.
    private byte[] BytesOf(PreparedFrame frame) => CompressFrom > 0 ? frame.Compressed(CompressFrom) : frame.Bytes;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Return(QueuedFrame frame)
    {
        if (frame.IsRented)
        {
            ArrayPool<byte>.Shared.Return(frame.Bytes);
        }
    }

    private void Add(QueuedFrame frame)
    {
        var queue = _queue ??= ArrayPool<QueuedFrame>.Shared.Rent(FirstQueueLength);
        if (_count == queue.Length)
        {
            var larger = ArrayPool<QueuedFrame>.Shared.Rent(queue.Length * 2);
            Array.Copy(queue, larger, _count);
            ArrayPool<QueuedFrame>.Shared.Return(queue, clearArray: true);
            _queue = queue = larger;
        }
        queue[_count++] = frame;
        _bytes += frame.Length;
    }
}
