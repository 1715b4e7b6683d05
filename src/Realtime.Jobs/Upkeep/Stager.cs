namespace Realtime.Jobs;

/// <summary>Makes scheduled jobs available when their time has come. One timer, set to the next due time.</summary>
internal sealed class Stager(JobRuntime runtime, TimeSpan pollInterval)
{
    private const int AtOnce = 1000;

    // A timer cannot be set to much more than a month, and a clock may be put forward meanwhile.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var alarm = new Alarm(runtime.Time, runtime.Staging);
        runtime.Staging.Set();
        try
        {
            while (true)
            {
                await runtime.Staging.WaitAsync(stopping);
                alarm.Set(await StageAsync(stopping));
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
}
