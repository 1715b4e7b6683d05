namespace Realtime.Sockets;

/// <summary>The newest events of one topic in a ring, numbered without a gap; not safe for use by several threads.</summary>
/// <param name="epoch">The name of this numbering.</param>
internal sealed class History(string epoch)
{
    private const int FirstLength = 8;

    private (Publication Publication, long At)[] _ring = [];
    private int _start;
    private int _count;

    /// <summary>The newest position.</summary>
    public StreamPosition Top { get; private set; } = new(epoch, 0);

    /// <summary>How many events are kept.</summary>
    public int Count => _count;

    /// <summary>Appends an event under the next offset.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data.</param>
    /// <param name="recipients">Which members it is for.</param>
    /// <param name="policy">How much is kept.</param>
    /// <param name="now">The time, a timestamp of <paramref name="time"/>.</param>
    /// <param name="time">The clock.</param>
    public Publication Append(
        string topic, string name, EventData data, Recipients recipients, HistoryPolicy policy, long now, TimeProvider time)
    {
        Top = Top with { Offset = Top.Offset + 1 };
        var publication = new Publication(topic, name, data, Top.Offset, Top.Epoch, recipients);
        Trim(policy, now, time, room: 1);
        if (policy.Size == 0)
        {
            return publication;
        }
        if (_count == _ring.Length)
        {
            Grow(policy.Size);
        }
        _ring[(_start + _count++) % _ring.Length] = (publication, now);
        return publication;
    }

    /// <summary>Drops what is too old or too much.</summary>
    /// <param name="policy">How much is kept.</param>
    /// <param name="now">The time, a timestamp of <paramref name="time"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="room">How many are about to be added.</param>
    public void Trim(HistoryPolicy policy, long now, TimeProvider time, int room = 0)
    {
        while (_count > 0 && (_count + room > policy.Size
            || (policy.TimeToLive is { } limit && time.GetElapsedTime(_ring[_start].At, now) >= limit)))
        {
            _ring[_start] = default;
            _start = (_start + 1) % _ring.Length;
            _count--;
        }
        if (_count == 0 && room == 0)
        {
            Clear();
        }
    }

    /// <summary>Reads for a joining client.</summary>
    public HistoryPage Read(StreamPosition? since, int newest)
    {
        if (since is not { } position)
        {
            return Newest(Math.Min(newest, _count), recovered: false);
        }
        var missed = Top.Offset - position.Offset;
        return string.Equals(position.Epoch, Top.Epoch, StringComparison.Ordinal) && missed >= 0 && missed <= _count
            ? Newest((int)missed, recovered: true)
            : Newest(0, recovered: false);
    }

    /// <summary>Reads a page of older events.</summary>
    public HistoryPage ReadBefore(long before, int limit)
    {
        var oldest = Top.Offset - _count + 1;
        var end = Math.Clamp(before, oldest, Top.Offset + 1);
        var count = (int)Math.Min(limit, end - oldest);
        return Slice((int)(end - oldest) - count, count, recovered: false);
    }

    /// <summary>Drops everything that is kept; the numbering goes on.</summary>
    public void Clear() => (_ring, _start, _count) = ([], 0, 0);

    private HistoryPage Newest(int count, bool recovered) => Slice(_count - count, count, recovered);

    private HistoryPage Slice(int first, int count, bool recovered)
    {
        var publications = new Publication[count];
        for (var index = 0; index < count; index++)
        {
            publications[index] = _ring[(_start + first + index) % _ring.Length].Publication;
        }
        return new HistoryPage(Top with { Offset = Top.Offset - _count + first }, publications, recovered);
    }

    private void Grow(int limit)
    {
        var larger = new (Publication, long)[Math.Min(Math.Max(_ring.Length * 2, FirstLength), limit)];
        for (var index = 0; index < _count; index++)
        {
            larger[index] = _ring[(_start + index) % _ring.Length];
        }
        (_ring, _start) = (larger, 0);
    }
}
