using System.Threading.Channels;

namespace Realtime.Jobs;

/// <summary>
/// The slots of one queue in this process: claimed jobs wait in its channel for one of as many executors as may run at once.
/// </summary>
internal sealed class Lane
{
    // Jobs claimed ahead of the free slots keep tiny jobs from paying a claim each. They are limited to what runs in this time, so
    // that a long job never holds others hostage.
    private const double AheadMilliseconds = 20;
    private const int MostAhead = 4096;

    // Reading the clock twice would be a tenth of a tiny job: each executor takes the time of one in so many, its first among them.
    private const int Sample = 4;

    private static readonly TimeSpan LongestHold = TimeSpan.FromHours(1);

    private readonly Channel<JobRecord> _claimed;
    private readonly JobContext?[] _running;
    private readonly int _concurrency;
    private readonly TimeProvider _time;
    private readonly Wake _work;
    private Alarm? _retry;
    private long _heldUntil;
    private int _held;
    private double _averageMilliseconds;

    public Lane(string queue, QueueSettings settings, TimeProvider time, Wake work)
    {
        Queue = queue;
        Limits = settings.Limits;
        _concurrency = settings.Concurrency;
        _running = new JobContext?[_concurrency];
        _time = time;
        _work = work;
        _claimed = Channel.CreateBounded<JobRecord>(_concurrency + MostAhead);
    }

    public string Queue { get; }

    /// <summary>What all processes keep to together; null for no limit.</summary>
    public QueueLimits? Limits { get; }

    /// <summary>Whether the rate limit holds back what is left in the store.</summary>
    public bool IsHeld => Volatile.Read(ref _heldUntil) > _time.GetUtcNow().UtcTicks;

    /// <summary>The attempts that run now. Each executor has one place, so that a job costs no entry in a table.</summary>
    public IEnumerable<JobContext> Running
    {
        get
        {
            for (var place = 0; place < _running.Length; place++)
            {
                if (Volatile.Read(ref _running[place]) is { } job)
                {
                    yield return job;
                }
            }
        }
    }

    /// <summary>Whether claimed jobs wait though an executor is free: then what is missing is a thread.</summary>
    public bool IsBehind
    {
        get
        {
            var running = _running.AsSpan();
            var busy = running.Length - running.Count((JobContext?)null);
            return busy < _concurrency && Volatile.Read(ref _held) > busy;
        }
    }

    /// <summary>Whether the store may have more jobs than were claimed.</summary>
    public bool Hungry { get; set; }

    /// <summary>How many jobs to claim now; 0 while it is better to wait for more room.</summary>
    public int Wanted()
    {
        var room = _concurrency + Ahead() - Volatile.Read(ref _held);
        return room >= Threshold() ? room : 0;
    }

    public void Accept(JobRecord job)
    {
        Interlocked.Increment(ref _held);
        // There is room: no more are claimed than Wanted allows.
        _claimed.Writer.TryWrite(job);
    }

    /// <summary>The rate limit holds jobs back: looks again at a time.</summary>
    public void Hold(DateTimeOffset until)
    {
        Volatile.Write(ref _heldUntil, until.UtcTicks);
        Hungry = false;
        // A timer cannot be set to much more than a month: after an hour it is looked at again.
        var latest = _time.GetUtcNow() + LongestHold;
        (_retry ??= new Alarm(_time, _work)).Set(until < latest ? until : latest);
    }

    /// <summary>Runs claimed jobs, as many at once as allowed, until <see cref="Close"/>.</summary>
    public Task RunAsync(Executor executor) =>
        Task.WhenAll(Enumerable.Range(0, _concurrency).Select(place => ExecuteAsync(executor, place)));

    /// <summary>Puts an attempt into its executor's place, or takes it out with null.</summary>
    public void Place(int place, JobContext? job)
    {
        // A full fence: what the one who cancels wrote before looking here is seen behind this, or this is seen there.
        Interlocked.Exchange(ref _running[place], job);
    }

    /// <summary>Lets executors end behind the job they run, and returns the claimed jobs that none has started.</summary>
    public IReadOnlyList<JobRecord> Close()
    {
        _retry?.Dispose();
        _claimed.Writer.TryComplete();
        var left = new List<JobRecord>();
        while (_claimed.Reader.TryRead(out var job))
        {
            left.Add(job);
        }
        return left;
    }

    private async Task ExecuteAsync(Executor executor, int place)
    {
        // Off the starter's thread.
        await Task.Yield();
        var turn = 0;
        while (await _claimed.Reader.WaitToReadAsync())
        {
            while (_claimed.Reader.TryRead(out var job))
            {
                var isTimed = turn++ % Sample == 0;
                var started = isTimed ? _time.GetTimestamp() : 0;
                await executor.RunAsync(job, this, place);
                if (isTimed)
                {
                    Learn(_time.GetElapsedTime(started).TotalMilliseconds);
                }
                var room = _concurrency + Ahead() - Interlocked.Decrement(ref _held);
                if (Hungry && room >= Threshold())
                {
                    _work.Set();
                }
            }
        }
    }

    // Executors race to write it: it is an estimate.
    private void Learn(double milliseconds)
    {
        var average = Volatile.Read(ref _averageMilliseconds);
        Volatile.Write(ref _averageMilliseconds, average == 0 ? milliseconds : average + ((milliseconds - average) / 16));
    }

    private int Ahead()
    {
        var average = Volatile.Read(ref _averageMilliseconds);
        // What is claimed counts as running: claimed ahead, it would take another process's turn.
        return average <= 0 || Limits is not null ? 0 : (int)Math.Min(_concurrency * (AheadMilliseconds / average), MostAhead);
    }

    private int Threshold() => Math.Max(1, Ahead() / 2);
}
