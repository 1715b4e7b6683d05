namespace Realtime;

/// <summary>What may be said about a job when it is enqueued, beyond its arguments. Everything may be left out.</summary>
public sealed record EnqueueOptions
{
    /// <summary>How long from now it is to run at the earliest; null or zero for at once.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>When it is to run at the earliest, instead of a delay; null for at once.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Higher runs earlier within the queue; null for <see cref="JobOptions.Priority"/>.</summary>
    public int? Priority { get; init; }

    /// <summary>The queue it waits in; null for <see cref="JobOptions.Queue"/>. Some process must run jobs of that queue: see <see cref="JobQueue.Queue(string, int, QueueLimits)"/>.</summary>
    public string? Queue { get; init; }

    /// <summary>
    /// How long it is worth running: one that has not started by then, counted from when it is due, is cancelled with an error of the type
    /// <c>Expired</c> when its turn comes. A job that has started is tried again all the same. Null for <see cref="JobOptions.Expires"/>.
    /// </summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>How long it is kept once finished, however it ended; null for what <see cref="JobOptions"/> say.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>
    /// Whatever makes the job the only one of its kind for as long as it has not ended, <c>"report 42"</c> for instance, in all queues
    /// and for all names; <see cref="OnConflict"/> says what becomes of a second. Null for no key.
    /// </summary>
    public string? UniqueKey { get; init; }

    /// <summary>What to do when a job that has not ended has the same <see cref="UniqueKey"/>. <see cref="UniqueConflict.ReturnExisting"/> unless set.</summary>
    public UniqueConflict OnConflict { get; init; }

    /// <summary>
    /// Whatever names this enqueue, a request's id for instance, so that one who does not know whether it went through can do it again:
    /// for as long as the first job is kept, finished or not, a second enqueue adds nothing and gives the first one's handle. Null for no key.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// What <see cref="QueueLimits.PerKey"/> and <see cref="QueueLimits.RatePerKey"/> count by, a customer's id for instance. Jobs of different keys take turns, so that a flood of
    /// one does not hold up the others. Null for a job that stands apart.
    /// </summary>
    public string? LimitKey { get; init; }

    /// <summary>Words to find the job by later: see <see cref="JobFilter.Tag"/>. None unless set.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    internal static EnqueueOptions None { get; } = new();
}
