namespace Realtime;

/// <summary>How jobs of one name are run.</summary>
public record JobOptions
{
    /// <summary>The queue its jobs wait in. <c>default</c> unless set; see <see cref="JobQueue.Queue"/> for how many run at once.</summary>
    public string Queue { get; init; } = "default";

    /// <summary>Higher runs earlier within its queue. 0 unless set, here or at enqueue.</summary>
    public int Priority { get; init; }

    /// <summary>How many attempts a job has before it fails for good, crashes of its worker included. 5 unless set; at least 1.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>
    /// How long one attempt may take. <see cref="JobContext.Cancellation"/> fires then, and the attempt counts as failed. Null, the
    /// default, for no limit.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long its jobs are worth running, where <see cref="EnqueueOptions.Expires"/> does not say. Null, the default, for ever.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>How long a failed job waits before its next attempt.</summary>
    public Backoff Backoff { get; init; } = new();

    /// <summary>
    /// What becomes of a job that fails with certain exceptions; the first rule that applies counts. None unless set. A handler has the
    /// last word: <see cref="JobGiveUpException"/>, <see cref="JobRetryException"/>, <see cref="JobSnoozeException"/>.
    /// </summary>
    public IReadOnlyList<RetryRule> RetryRules { get; init; } = [];

    /// <summary>How long a job that succeeded is kept, to be looked at. One day unless set.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long a job that failed for good, or is quarantined, is kept, to be looked at and requeued. A week unless set: time to find out and to
    /// mend what is wrong. Null for <see cref="Retention"/>.
    /// </summary>
    public TimeSpan? FailedRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a cancelled job is kept; null, the default, for <see cref="Retention"/>.</summary>
    public TimeSpan? CancelledRetention { get; init; }

    /// <summary>Names the job had before, so that jobs enqueued under them still run. None unless set.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    internal void Validate(string name)
    {
        Require(!string.IsNullOrWhiteSpace(Queue), nameof(Queue), "a name");
        Require(MaxAttempts >= 1, nameof(MaxAttempts), "at least 1");
        Require(Timeout is null || Timeout > TimeSpan.Zero, nameof(Timeout), "positive, or null for no limit");
        Require(Expires is null || Expires > TimeSpan.Zero, nameof(Expires), "positive, or null for ever");
        Require(Retention >= TimeSpan.Zero, nameof(Retention), "zero or more");
        Require(FailedRetention is null || FailedRetention >= TimeSpan.Zero, nameof(FailedRetention), "zero or more, or null for Retention");
        Require(CancelledRetention is null || CancelledRetention >= TimeSpan.Zero, nameof(CancelledRetention), "zero or more, or null for Retention");
        foreach (var (backoff, option) in RetryRules.Where(static rule => rule.Backoff is not null).Select(static rule => (rule.Backoff!, nameof(RetryRules))).Prepend((Backoff, nameof(Backoff))))
        {
            Require(backoff.First >= TimeSpan.Zero && backoff.Max >= backoff.First, option, "a backoff with a First of zero or more and a Max of at least that");
            Require(backoff.Factor >= 1 && backoff.Jitter is >= 0 and <= 1, option, "a backoff with a Factor of at least 1 and a Jitter from 0 to 1");
        }

        void Require(bool holds, string option, string needed)
        {
            if (!holds)
            {
                throw new InvalidOperationException($"The job '{name}': JobOptions.{option} must be {needed}.");
            }
        }
    }
}
