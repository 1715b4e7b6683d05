namespace Realtime.Sockets;

/// <summary>What is published in a topic while a member's join is being answered: held back; lost only where the topic may leave events out.</summary>
internal sealed class HeldFrames
{
    private readonly List<(PreparedFrame Frame, long Offset, Publication? Publication)> _frames = [];
    private int _bytes;
    private int _dropped;
    private long _droppedOffset;
    private bool _isOver;

    public IReadOnlyList<(PreparedFrame Frame, long Offset, Publication? Publication)> Frames => _frames;

    /// <summary>Holds a frame; false where more would be held than an outbox may.</summary>
    public bool TryAdd(PreparedFrame frame, long offset, int limit, Publication? publication = null)
    {
        if (_isOver || (_bytes > 0 && _bytes > limit - frame.Bytes.Length))
        {
            return false;
        }
        Add(frame, offset, publication);
        return true;
    }

    /// <summary>
    /// Holds a frame for which there is no room, and leaves out what the policy lets be left out, until half of the limit is free: it is the half
    /// that a live member has for such events.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="offset">Its offset, or 0.</param>
    /// <param name="limit">How much an outbox may hold.</param>
    /// <param name="publication">What it tells, or null for what is told to this member alone.</param>
    /// <param name="policy">What to leave out.</param>
    /// <param name="keyOf">What an event supersedes older ones by, or null.</param>
    /// <param name="drops">Counts it.</param>
    /// <returns>False where what must stay is more than that: nothing is held from now on.</returns>
    public bool TryAddLossy(
        PreparedFrame frame,
        long offset,
        int limit,
        Publication? publication,
        SlowConsumerPolicy policy,
        Func<Publication, string?> keyOf,
        DropCounters drops)
    {
        if (_isOver)
        {
            return false;
        }
        Add(frame, offset, publication);
        var before = _frames.Count;
        if (policy == SlowConsumerPolicy.DropOldest)
        {
            DropOldest(limit / 2);
        }
        else
        {
            Conflate(keyOf);
        }
        for (var index = _frames.Count; index < before; index++)
        {
            _dropped++;
            drops.CountDropped(policy);
        }
        _isOver = _bytes > limit / 2 && _frames.Count > 1;
        return !_isOver;
    }

    /// <summary>What a member that has seen the topic up to a position misses of what was left out.</summary>
    /// <param name="position">The offset up to which its replay went.</param>
    /// <returns>How many events, and the newest one's offset or 0.</returns>
    public (int Count, long Offset) DroppedBehind(long position) =>
        _droppedOffset == 0 ? (_dropped, 0) : ((int)Math.Clamp(_droppedOffset - position, 0, _dropped), _droppedOffset);

    private void Add(PreparedFrame frame, long offset, Publication? publication)
    {
        _bytes += frame.Bytes.Length;
        _frames.Add((frame, offset, publication));
    }

    private void DropOldest(int room)
    {
        var count = 0;
        while (_bytes > room && count < _frames.Count - 1)
        {
            Forget(_frames[count].Frame, _frames[count].Offset);
            count++;
        }
        _frames.RemoveRange(0, count);
    }

    private void Conflate(Func<Publication, string?> keyOf)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var kept = _frames.Count;
        for (var index = _frames.Count - 1; index >= 0; index--)
        {
            var held = _frames[index];
            if (held.Publication is { } publication && keyOf(publication) is { } key && !seen.Add(key))
            {
                Forget(held.Frame, held.Offset);
                continue;
            }
            _frames[--kept] = held;
        }
        _frames.RemoveRange(0, kept);
    }

    private void Forget(PreparedFrame frame, long offset)
    {
        _bytes -= frame.Bytes.Length;
        _droppedOffset = Math.Max(_droppedOffset, offset);
    }
}
