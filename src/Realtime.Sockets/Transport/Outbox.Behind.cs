namespace Realtime.Sockets;

// What topics that may leave events out do with a connection that is behind: their events wait apart, where they can still be dropped, and come
// into the queue a few at a time as the peer reads on.
internal sealed partial class Outbox
{
    // A connection with more than this part of its limit in the queue is behind.
    private const int BehindShare = 16;

    // How much comes into the queue for one write.
    private const int RefillSize = 16 * 1024;

    private List<HeldBack>? _behind;
    private int _heldBytes;

    /// <summary>As <see cref="TryEnqueue"/>, for an event that may be left out.</summary>
    /// <param name="frame">The event.</param>
    /// <param name="held">What waits of its topic already, or null.</param>
    /// <returns>False where the peer is behind, and the event is to be held back.</returns>
    public bool TryEnqueueInTime(PreparedFrame frame, HeldBack? held)
    {
        var bytes = BytesOf(frame);
        lock (_gate)
        {
            if (_isClosed || _isGivenUp)
            {
                return true;
            }
            if (held?.Backlog.IsEmpty == false || _bytes > _limit / BehindShare || !Fits(bytes.Length))
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

    /// <summary>Lets an event wait until the peer has read what is before it.</summary>
    /// <param name="held">What waits of its topic.</param>
    /// <param name="frame">The event.</param>
    /// <param name="offset">Its offset, or 0.</param>
    /// <param name="key">What it supersedes older ones by, or null.</param>
    /// <returns>False where it does not fit.</returns>
    public bool HoldBack(HeldBack held, PreparedFrame frame, long offset, string? key)
    {
        var bytes = BytesOf(frame);
        lock (_gate)
        {
            if (_isClosed || _isGivenUp)
            {
                return true;
            }
            var backlog = held.Backlog;
            var wasEmpty = backlog.IsEmpty;
            // Half of the limit stays for what must not be dropped. What other topics hold back is not this one's to drop.
            _heldBytes -= backlog.Size;
            var fits = backlog.TryAdd(bytes, bytes.Length, offset, key, (_limit / 2) - _heldBytes);
            _heldBytes += backlog.Size;
            if (!fits)
            {
                return false;
            }
            if (wasEmpty)
            {
                (_behind ??= []).Add(held);
            }
            if (_isWriting)
            {
                return true;
            }
            _isWriting = true;
        }
        _flusher.Add(this);
        return true;
    }

    /// <summary>Forgets what waits of a topic that its connection is in no more.</summary>
    public void Forget(HeldBack held)
    {
        lock (_gate)
        {
            _heldBytes -= held.Backlog.Size;
            held.Backlog.Clear();
            _behind?.Remove(held);
        }
    }

    // Under the lock. In turn, so that no topic waits for another's backlog; little at once, because what waits behind it may still be superseded.
    private void Refill()
    {
        if (_behind is not { } behind)
        {
            return;
        }
        if (_isClosed)
        {
            ForgetHeldBack();
            return;
        }
        var length = 0;
        for (var turn = 0; length < RefillSize && behind.Count > 0; turn++)
        {
            var held = behind[turn % behind.Count];
            if (held.TakeDropped() is { } dropped)
            {
                Add(dropped.Bytes);
            }
            if (held.Backlog.TryTake(out var bytes, out var size))
            {
                _heldBytes -= size;
                length += size;
                Add(bytes);
            }
            if (held.Backlog.IsEmpty)
            {
                behind.Remove(held);
            }
        }
        if (behind.Count == 0)
        {
            _behind = null;
        }
    }

    private void ForgetHeldBack()
    {
        _behind?.ForEach(static held => held.Backlog.Clear());
        _behind = null;
        _heldBytes = 0;
    }

    private void Add(byte[] bytes) => Add(new QueuedFrame(bytes, bytes.Length, IsRented: false));
}
