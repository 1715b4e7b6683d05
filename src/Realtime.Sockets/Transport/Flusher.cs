namespace Realtime.Sockets;

/// <summary>
/// Drains outboxes in rounds: one work item writes for all that have something queued. Where more is published than can be written
/// frame by frame, it rests for a moment after a round over many, so that what is published meanwhile goes out in one write for each
/// connection instead of one for each frame.
/// </summary>
/// <remarks>
/// A write costs a system call whatever its size: at 1,000 receivers and 800 messages a second, a write for each message takes a
/// whole core. While a round finds one frame for each connection it is not behind, and nobody waits; nor does anybody in a small room.
/// </remarks>
internal sealed class Flusher : IThreadPoolWorkItem
{
    // About what the system takes to send to one connection: writing and resting then share the time evenly.
    private static readonly TimeSpan RestForEach = TimeSpan.FromMicroseconds(4);

    // A round that finds so many for each connection, and more behind it, is behind: they were published while the one before it was written.
    private const int FramesWhenBehind = 2;

    // Timers are no finer.
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(8);

    private static readonly Flusher[] Flushers = MakeOnePerCore();
    private static int _next;

    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private Outbox[] _ready = new Outbox[64];
    private Outbox[] _spare = new Outbox[64];
    private int _count;
    private bool _isActive;

    // The system's clock on purpose: the rest paces real writes, and must not stand still with a test's clock.
    private Flusher() => _timer = TimeProvider.System.CreateTimer(
        static state => ((Flusher)state!).Resume(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>The flusher for the next connection.</summary>
    public static Flusher Next() => Flushers[(uint)Interlocked.Increment(ref _next) % (uint)Flushers.Length];

    /// <summary>Has an outbox drained in the next round. It is added again only after it was drained.</summary>
    public void Add(Outbox outbox)
    {
        lock (_gate)
        {
            if (_count == _ready.Length)
            {
                Array.Resize(ref _ready, _count * 2);
            }
            _ready[_count++] = outbox;
            if (_isActive)
            {
                return;
            }
            _isActive = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Outbox[] round;
        int count;
        lock (_gate)
        {
            (round, count) = (_ready, _count);
            (_ready, _spare, _count) = (_spare, round, 0);
        }
        var frames = 0;
        foreach (var outbox in round.AsSpan(0, count))
        {
            frames += outbox.Drain();
        }
        Array.Clear(round, 0, count);
        var rest = RestForEach * count;
        var isBehind = frames >= count * FramesWhenBehind && Volatile.Read(ref _count) > 0;
        if (isBehind && rest >= ShortestRest)
        {
            _timer.Change(rest < LongestRest ? rest : LongestRest, Timeout.InfiniteTimeSpan);
        }
        else
        {
            Resume();
        }
    }

    private void Resume()
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                _isActive = false;
                return;
            }
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private static Flusher[] MakeOnePerCore()
    {
        var flushers = new Flusher[Environment.ProcessorCount];
        for (var index = 0; index < flushers.Length; index++)
        {
            flushers[index] = new Flusher();
        }
        return flushers;
    }
}
