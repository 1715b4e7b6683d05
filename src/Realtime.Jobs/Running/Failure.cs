namespace Realtime.Jobs;

/// <summary>Says what becomes of a job whose attempt threw.</summary>
internal static class Failure
{
    /// <summary>How long it waits for its next attempt; null if there is none.</summary>
    public static TimeSpan? Wait(JobOptions options, JobContext job, Exception exception)
    {
        if (exception is JobGiveUpException)
        {
            return null;
        }
        var rule = options.RetryRules.FirstOrDefault(rule => rule.Applies(exception));
        // Attempts that did not count are on top of those asked for.
        var most = rule?.MaxAttempts is { } asked ? asked + job.MaxAttempts - job.Record.Spec.MaxAttempts : job.MaxAttempts;
        if (job.Attempt >= most)
        {
            return null;
        }
        return exception is JobRetryException retry ? retry.After : (rule?.Backoff ?? options.Backoff).After(job.Attempt);
    }
}
