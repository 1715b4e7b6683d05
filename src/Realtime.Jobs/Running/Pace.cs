namespace Realtime.Jobs;

/// <summary>
/// Keeps producers in step with the workers of their process. An enqueue in memory has nothing to wait for: loops of them would keep every thread
/// of the pool from those who run the jobs, and a million would lie there, dear to look after, before the first has run.
/// </summary>
internal sealed class Pace : IDisposable
{
    // So many jobs that looking costs each next to nothing, and few enough that they are still in the processor's cache when they are run.
    private const int Stint = 32;

    // It is a courtesy, not a limit: whoever enqueues more than can be run is held up no longer than this.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(1);

    [ThreadStatic]
    private static int _sinceLooked;

    private readonly Pulse _progress;
    // One for all who wait. The system's, whatever clock jobs keep: a test's may stand still.
    private readonly ITimer _timer;
    private int _isTimed;

    /// <summary>Makes one.</summary>
    /// <param name="progress">Fires when jobs have been run.</param>
    public Pace(Pulse progress)
    {
        _progress = progress;
        _timer = TimeProvider.System.CreateTimer(static state => ((Pace)state!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says whether there are jobs that could start this moment, had they a thread to run on. Null where none are run.</summary>
    public Func<bool>? IsBehind { get; set; }

    /// <summary>Whether it is time for a producer on this thread to wait for workers that are behind.</summary>
    public bool IsTimeToWait(int enqueued)
    {
        if ((_sinceLooked += enqueued) < Stint)
        {
            return false;
        }
        _sinceLooked = 0;
        return IsBehind is { } behind && behind();
    }

    /// <summary>Waits a moment for workers that are behind.</summary>
    public async ValueTask WaitAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        do
        {
            // Taken before looking: what ends in between fires it.
            var progress = _progress.NextAsync();
            if (IsBehind is not { } behind || !behind())
            {
                return;
            }
            if (Interlocked.Exchange(ref _isTimed, 1) == 0)
            {
                _timer.Change(Longest, Timeout.InfiniteTimeSpan);
            }
            await progress;
        }
        while (TimeProvider.System.GetElapsedTime(begun) < Longest);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _progress.Fire();
    }

    private void Release()
    {
        Volatile.Write(ref _isTimed, 0);
        _progress.Fire();
    }
}
