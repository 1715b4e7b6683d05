namespace Realtime.Jobs;

/// <summary>What was asked for when a job was enqueued. It never changes afterwards.</summary>
public sealed class JobSpec
{
    /// <summary>The job's id: 128 bits, time-ordered (UUID version 7), 74 of them random, so that knowing one reveals no other.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name of the job's definition, as in <c>app.Job("image.shrink", …)</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The queue it waits in.</summary>
    public required string Queue { get; init; }

    /// <summary>The arguments as UTF-8 JSON. Not to be written to.</summary>
    public required byte[] Args { get; init; }

    /// <summary>Higher runs earlier within a queue.</summary>
    public int Priority { get; init; }

    /// <summary>How many attempts it has before it fails for good. At least 1.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>When it was enqueued.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When it is to run at the earliest; null for at once.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>How long it is kept once finished.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// At most one kept job has a given key: enqueueing a second changes nothing and yields the first one's id. Null for no key.
    /// </summary>
    public string? UniqueKey { get; init; }

    /// <summary>The job it belongs to, whose cancel cancels it too; null for none. Only for <see cref="IJobStore.EnqueueFlowAsync"/>.</summary>
    public Guid? Parent { get; init; }

    /// <summary>Its part in a flow; null for a plain job. Only for <see cref="IJobStore.EnqueueFlowAsync"/>.</summary>
    public JobFlow? Flow { get; init; }

    /// <summary>
    /// Notes that travel with the job from its enqueue to its run, such as the trace it belongs to; see <see cref="JobHeaders"/>. Null for none.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}
