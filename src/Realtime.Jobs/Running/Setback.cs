namespace Realtime.Jobs;

/// <summary>The waits of a loop behind failures of the store: by the clock, unless somebody cannot wait for that and cuts them short.</summary>
internal sealed class Setback(JobRuntime runtime)
{
    private readonly Wake _again = new();
    private volatile bool _waits;
    private int _count;

    /// <summary>How many failures there were.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The last failure; null before the first.</summary>
    public Exception? Last { get; private set; }

    /// <summary>Waits before the next try.</summary>
    public async Task WaitAsync(Exception failure, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var alarm = new Alarm(runtime.Time, _again);
        alarm.Set(runtime.Time.GetUtcNow() + wait);
        (Last, _waits) = (failure, true);
        Interlocked.Increment(ref _count);
        // Whoever drains is not to wait for what the store refuses.
        runtime.Activity.Fire();
        try
        {
            await _again.WaitAsync(cancellationToken);
        }
        finally
        {
            _waits = false;
        }
    }

    /// <summary>Ends the wait, if there is one: the next try is now.</summary>
    public void End()
    {
        if (_waits)
        {
            _again.Set();
        }
    }
}
