namespace Realtime.Jobs;

/// <summary>Makes scheduled jobs available when their time has come. One timer, set to the next due time.</summary>
internal sealed class Stager(JobRuntime runtime, TimeSpan pollInterval)
{
    private const int AtOnce = 1000;

    // A timer cannot be set to much more than a month, and a clock may be put forward meanwhile.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

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
                timer.Change(await StageAsync(stopping), Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>Stages all that is due. Returns how long to wait for the next.</summary>
    public async ValueTask<TimeSpan> StageAsync(CancellationToken cancellationToken)
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
            return WaitFor(result.NextDueAt);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            JobLog.ChoreFailed(runtime.Logger, exception, "Staging due jobs");
            return pollInterval;
        }
    }

    private TimeSpan WaitFor(DateTimeOffset? due)
    {
        var longest = runtime.Store.IsShared ? pollInterval : LongestWait;
        if (due is not { } next)
        {
            return longest;
        }
        runtime.NextDue = next.UtcTicks;
        var wait = next - runtime.Time.GetUtcNow();
        // A timer rounds down to milliseconds: firing early would only spin.
        var rounded = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds)));
        return rounded < longest ? rounded : longest;
    }
}
