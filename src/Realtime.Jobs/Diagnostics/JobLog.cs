using Microsoft.Extensions.Logging;

namespace Realtime.Jobs;

/// <summary>What the job engine logs: ids 3000 to 3099.</summary>
internal static partial class JobLog
{
    [LoggerMessage(3000, LogLevel.Warning, "Job {Job} {Id} failed at attempt {Attempt} of {MaxAttempts}; the next attempt is due at {DueAt}.")]
    public static partial void WillRetry(ILogger logger, Exception exception, string job, Guid id, int attempt, int maxAttempts, DateTimeOffset dueAt);

    [LoggerMessage(3001, LogLevel.Error, "Job {Job} {Id} failed for good at attempt {Attempt}.")]
    public static partial void Failed(ILogger logger, Exception exception, string job, Guid id, int attempt);

    [LoggerMessage(3002, LogLevel.Error, "Job {Job} {Id} is quarantined: {Reason}")]
    public static partial void Quarantined(ILogger logger, string job, Guid id, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "Job {Job} {Id}: attempt {Attempt} had lost its lease when it ended, so what came out of it is not recorded.")]
    public static partial void LostLease(ILogger logger, string job, Guid id, int attempt);

    [LoggerMessage(3004, LogLevel.Error, "Jobs cannot be claimed; the store is tried again in {Wait}.")]
    public static partial void ClaimFailed(ILogger logger, Exception exception, TimeSpan wait);

    [LoggerMessage(3005, LogLevel.Error, "The ends of {Count} jobs cannot be recorded; the store is tried again in {Wait}.")]
    public static partial void CompleteFailed(ILogger logger, Exception exception, int count, TimeSpan wait);

    [LoggerMessage(3006, LogLevel.Error, "The heartbeat failed: no new jobs are started until one succeeds.")]
    public static partial void HeartbeatFailed(ILogger logger, Exception exception);

    [LoggerMessage(3007, LogLevel.Error, "No heartbeat succeeded for too long: {Count} running jobs are cancelled before other workers take them over.")]
    public static partial void LeaseEnding(ILogger logger, int count);

    [LoggerMessage(3008, LogLevel.Warning, "{Count} jobs were taken back from workers that are gone.")]
    public static partial void Rescued(ILogger logger, int count);

    [LoggerMessage(3009, LogLevel.Warning, "{Count} jobs were still running at the end of the shutdown; they are handed back and run again later.")]
    public static partial void HandedBack(ILogger logger, int count);

    [LoggerMessage(3010, LogLevel.Error, "An observer of job events threw.")]
    public static partial void ObserverFailed(ILogger logger, Exception exception);

    [LoggerMessage(3011, LogLevel.Error, "{Chore} failed; it is tried again later.")]
    public static partial void ChoreFailed(ILogger logger, Exception exception, string chore);

    [LoggerMessage(3012, LogLevel.Error, "The schedule {Schedule} could not enqueue its job for {Occurrence}; it is tried again later.")]
    public static partial void ScheduleFailed(ILogger logger, Exception exception, string schedule, DateTimeOffset occurrence);

    [LoggerMessage(3013, LogLevel.Error, "The ends of {Count} jobs could not be recorded before the shutdown was over; they run again later.")]
    public static partial void OutcomesLost(ILogger logger, Exception exception, int count);

    [LoggerMessage(3014, LogLevel.Warning, "Job {Job} {Id} was told to stop {Since} ago ({Reason}) and goes on, in the way of others. Pass job.Cancellation to what it awaits, and look at it in loops.")]
    public static partial void IgnoresCancel(ILogger logger, string job, Guid id, CancelReason reason, TimeSpan since);

    [LoggerMessage(3015, LogLevel.Warning, "Job {Job} {Id} did not stop at the end of the shutdown though it was told to: it is handed back, and may run twice. Pass job.Cancellation to what it awaits.")]
    public static partial void LeftBehind(ILogger logger, string job, Guid id);

    [LoggerMessage(3016, LogLevel.Error, "A retry rule of job {Job} threw when it was asked about a failure of {Id}: the job's own attempts and backoff count instead.")]
    public static partial void RuleFailed(ILogger logger, Exception exception, string job, Guid id);
}
