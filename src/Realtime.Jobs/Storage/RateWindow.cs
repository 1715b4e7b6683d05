namespace Realtime.Jobs;

/// <summary>The starts of a queue that still count against its rate limit, in memory.</summary>
internal sealed class RateWindow
{
    private readonly Queue<(DateTimeOffset At, int Count)> _starts = new();
    private int _total;

    /// <summary>How many jobs may start now.</summary>
    public int Room(RateLimit limit, DateTimeOffset now)
    {
        while (_starts.TryPeek(out var oldest) && oldest.At + limit.Per <= now)
        {
            _total -= _starts.Dequeue().Count;
        }
        return Math.Max(0, limit.Count - _total);
    }

    /// <summary>How long until one more may start. Only asked for when <see cref="Room"/> is 0, so there is an oldest start.</summary>
    public TimeSpan Wait(RateLimit limit, DateTimeOffset now) => _starts.Peek().At + limit.Per - now;

    public void Add(RateLimit limit, DateTimeOffset now, int count)
    {
        _starts.Enqueue((limit.CountedAt(now), count));
        _total += count;
    }
}
