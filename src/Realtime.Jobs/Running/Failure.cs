using Microsoft.Extensions.Logging;

namespace Realtime.Jobs;

/// <summary>Says what becomes of a job whose attempt threw.</summary>
internal static class Failure
{
    /// <summary>How long it waits for its next attempt; null if there is none.</summary>
    public static TimeSpan? Wait(JobOptions options, JobContext job, Exception exception, ILogger logger)
    {
        if (exception is JobGiveUpException)
        {
            return null;
        }
        var rule = Find(options, job, exception, logger);
        // Attempts that did not count are on top of those asked for.
        var most = rule?.MaxAttempts is { } asked ? asked + job.MaxAttempts - job.Record.Spec.MaxAttempts : job.MaxAttempts;
        if (job.Attempt >= most)
        {
            return null;
        }
        return exception is JobRetryException retry ? retry.After : (rule?.Backoff ?? options.Backoff).After(job.Attempt);
    }

    /// <summary>A moment after a wait; the end of time if there is no such moment.</summary>
    public static DateTimeOffset Later(DateTimeOffset now, TimeSpan wait) => wait < DateTimeOffset.MaxValue - now ? now + wait : DateTimeOffset.MaxValue;

    private static RetryRule? Find(JobOptions options, JobContext job, Exception exception, ILogger logger)
    {
        try
        {
            return options.RetryRules.FirstOrDefault(rule => rule.Applies(exception));
        }
        catch (Exception error)
        {
            JobLog.RuleFailed(logger, error, job.Name, job.Id);
            return null;
        }
    }
}
