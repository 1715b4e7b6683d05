namespace Realtime.Jobs;

/// <summary>
/// Enqueues the jobs of schedules. Correct without a leader: an occurrence is a job with the unique key (schedule, occurrence), so
/// every node may enqueue it and one job comes of it.
/// </summary>
internal sealed class CronScheduler(JobRuntime runtime, IReadOnlyList<CronEntry> entries)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    // More than passes between two calls, except where the machine is so busy that one more turn does not matter.
    private static readonly TimeSpan Jump = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(5);

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(entries.Select(entry => RunAsync(entry, stopping)));

    private async Task RunAsync(CronEntry entry, CancellationToken stopping)
    {
        var after = runtime.Time.GetUtcNow();
        try
        {
            while (entry.Expression.Next(after, entry.Zone) is { } occurrence)
            {
                // Short waits, so that a clock that was put forward is noticed.
                for (var wait = Until(occurrence); wait > TimeSpan.Zero; wait = Until(occurrence))
                {
                    var delay = Task.Delay(wait < LongestWait ? wait : LongestWait, runtime.Time, stopping);
                    // A clock that was put forward since the look, as a test's is, would let it end late by as much.
                    if (Until(occurrence) > wait - Jump)
                    {
                        await delay;
                    }
                }
                if (await FireAsync(entry, occurrence, stopping))
                {
                    // From now on, so that a process that slept through many occurrences enqueues one job for them.
                    after = runtime.Time.GetUtcNow();
                }
                else
                {
                    await Task.Delay(RetryWait, runtime.Time, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async ValueTask<bool> FireAsync(CronEntry entry, DateTimeOffset occurrence, CancellationToken stopping)
    {
        try
        {
            await entry.EnqueueAsync($"cron {entry.Name} {occurrence.UtcDateTime:O}", stopping);
            return true;
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            JobLog.ScheduleFailed(runtime.Logger, exception, entry.Name, occurrence);
            return false;
        }
    }

    private TimeSpan Until(DateTimeOffset occurrence) =>
        TimeSpan.FromMilliseconds(Math.Ceiling((occurrence - runtime.Time.GetUtcNow()).TotalMilliseconds));
}
