namespace Realtime.Jobs;

/// <summary>Does something over and over at an interval. What goes wrong is logged, and the next turn comes all the same.</summary>
internal static class Chore
{
    public static async Task RunAsync(
        string name, TimeSpan interval, Func<CancellationToken, ValueTask> turn, JobRuntime runtime, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, runtime.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                try
                {
                    await turn(stopping);
                }
                catch (Exception exception) when (!stopping.IsCancellationRequested)
                {
                    JobLog.ChoreFailed(runtime.Logger, exception, name);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }
}
