namespace Realtime.Jobs;

/// <summary>Makes scheduled jobs available when their time has come. One timer, set to the next due time.</summary>
internal sealed class Stager(JobRuntime runtime, TimeSpan pollInterval)
{
    private const int AtOnce = 1000;

    // A timer cannot be set to much more than a month, and a clock may be put forward meanwhile.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    // More than passes between two calls, except where the machine is so busy that one more turn does not matter.
    private static readonly TimeSpan Jump = TimeSpan.FromMilliseconds(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        await using var timer = runtime.Time.CreateTimer(
            static state => ((Wake)state!).Set(), runtime.Staging, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        runtime.Staging.Set();
        try
        {
            while (true)
            {
                await runtime.Staging.WaitAsync(stopping);
                Set(timer, await StageAsync(stopping));
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>Stages all that is due. Returns when to look again.</summary>
    public async ValueTask<DateTimeOffset> StageAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Until the answer is in, every earlier due time that is announced wakes the stager again.
            runtime.NextDue = long.MaxValue;
            StageResult result;
            do
            {
                result = await runtime.Store.StageAsync(AtOnce, cancellationToken);
                if (result.Staged > 0)
                {
                    runtime.Work.Set();
                }
            }
            while (result.Staged == AtOnce);
            return NextLook(result.NextDueAt);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            JobLog.ChoreFailed(runtime.Logger, exception, "Staging due jobs");
            return runtime.Time.GetUtcNow() + pollInterval;
        }
    }

    private DateTimeOffset NextLook(DateTimeOffset? due)
    {
        var latest = runtime.Time.GetUtcNow() + (runtime.Store.IsShared ? pollInterval : LongestWait);
        if (due is not { } next)
        {
            return latest;
        }
        runtime.NextDue = next.UtcTicks;
        return next < latest ? next : latest;
    }

    private void Set(ITimer timer, DateTimeOffset at)
    {
        DateTimeOffset now;
        do
        {
            now = runtime.Time.GetUtcNow();
            // A timer rounds down to milliseconds: firing early would only spin.
            timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((at - now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        }
        // A clock that was put forward in between, as a test's is, would fire late by as much.
        while (runtime.Time.GetUtcNow() - now >= Jump);
    }
}
