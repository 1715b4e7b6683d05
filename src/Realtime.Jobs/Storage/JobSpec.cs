namespace Realtime.Jobs;

/// <summary>What was asked for when a job was enqueued. It never changes afterwards.</summary>
public sealed record JobSpec
{
    private byte[] _args = [];
    private long _failedRetention = NoTime;
    private long _cancelledRetention = NoTime;
    private JobDetails _details = JobDetails.None;

    // A million may wait in memory: what nearly none has is kept apart, and times without a flag for their absence.
    private const long NoTime = long.MinValue;

    /// <summary>The job's id: 128 bits, time-ordered (UUID version 7), 74 of them random, so that knowing one reveals no other.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name of the job's definition, as in <c>app.Job("image.shrink", …)</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The queue it waits in.</summary>
    public required string Queue { get; init; }

    /// <summary>The arguments as UTF-8 JSON. Not to be written to.</summary>
    public required byte[] Args
    {
        get => _args;
        init => _args = value;
    }

    /// <summary>Higher runs earlier within a queue.</summary>
    public int Priority { get; init; }

    /// <summary>How many attempts it has before it fails for good. At least 1.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>When it was enqueued.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When it is to run at the earliest; null for at once.</summary>
    public DateTimeOffset? DueAt
    {
        get => _details.DueAt;
        init => _details = value == _details.DueAt ? _details : _details with { DueAt = value };
    }

    /// <summary>How long it is kept once it has succeeded, and where the two below do not say otherwise.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long it is kept once it has failed or is quarantined; null for <see cref="Retention"/>.</summary>
    public TimeSpan? FailedRetention
    {
        get => _failedRetention == NoTime ? null : new TimeSpan(_failedRetention);
        init => _failedRetention = value?.Ticks ?? NoTime;
    }

    /// <summary>How long it is kept once it is cancelled; null for <see cref="Retention"/>.</summary>
    public TimeSpan? CancelledRetention
    {
        get => _cancelledRetention == NoTime ? null : new TimeSpan(_cancelledRetention);
        init => _cancelledRetention = value?.Ticks ?? NoTime;
    }

    /// <summary>How long it is kept once it has ended.</summary>
    /// <param name="end">How it ended.</param>
    public TimeSpan RetentionOf(JobState end) => end switch
    {
        JobState.Failed or JobState.Quarantined => FailedRetention ?? Retention,
        JobState.Cancelled => CancelledRetention ?? Retention,
        _ => Retention,
    };

    /// <summary>
    /// At most one job that has not ended has a given unique key; <see cref="OnConflict"/> says what becomes of a second. Null for no key.
    /// </summary>
    public string? UniqueKey
    {
        get => _details.UniqueKey;
        init => _details = value == _details.UniqueKey ? _details : _details with { UniqueKey = value };
    }

    /// <summary>What to do when a job that has not ended has the same <see cref="UniqueKey"/>.</summary>
    public UniqueConflict OnConflict
    {
        get => _details.OnConflict;
        init => _details = value == _details.OnConflict ? _details : _details with { OnConflict = value };
    }

    /// <summary>
    /// At most one kept job, finished ones included, has a given idempotency key: enqueueing a second changes nothing and yields the
    /// first. It comes before <see cref="UniqueKey"/>. Null for no key.
    /// </summary>
    public string? IdempotencyKey
    {
        get => _details.IdempotencyKey;
        init => _details = value == _details.IdempotencyKey ? _details : _details with { IdempotencyKey = value };
    }

    /// <summary>What <see cref="QueueLimits.PerKey"/> and <see cref="QueueLimits.RatePerKey"/> count by, a tenant for instance; null for a job that no limit per key holds back.</summary>
    public string? LimitKey
    {
        get => _details.LimitKey;
        init => _details = value == _details.LimitKey ? _details : _details with { LimitKey = value };
    }

    /// <summary>Words to find the job by, each once. Not to be written to.</summary>
    public IReadOnlyList<string> Tags
    {
        get => _details.Tags;
        init => _details = ReferenceEquals(value, _details.Tags) ? _details : _details with { Tags = value };
    }

    /// <summary>The job it belongs to, whose cancel cancels it too; null for none. Only for <see cref="IJobStore.EnqueueFlowAsync"/>.</summary>
    public Guid? Parent
    {
        get => _details.Parent;
        init => _details = value == _details.Parent ? _details : _details with { Parent = value };
    }

    /// <summary>Its part in a flow; null for a plain job. Only for <see cref="IJobStore.EnqueueFlowAsync"/>.</summary>
    public JobFlow? Flow
    {
        get => _details.Flow;
        init => _details = ReferenceEquals(value, _details.Flow) ? _details : _details with { Flow = value };
    }

    /// <summary>
    /// Notes that travel with the job from its enqueue to its run, such as the trace it belongs to; see <see cref="JobHeaders"/>. Null for none.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Headers
    {
        get => _details.Headers;
        init => _details = ReferenceEquals(value, _details.Headers) ? _details : _details with { Headers = value };
    }

    /// <summary>Changes what middleware may change, before the store sees the job.</summary>
    internal void Replace(byte[] args, IReadOnlyDictionary<string, string>? headers)
    {
        _args = args;
        _details = ReferenceEquals(headers, _details.Headers) ? _details : _details with { Headers = headers };
    }
}
