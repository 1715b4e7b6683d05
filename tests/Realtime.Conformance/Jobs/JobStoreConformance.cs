using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

/// <summary>What every job store promises. Inherit it, and return a new, empty store with its clock.</summary>
public abstract partial class JobStoreConformance : IAsyncLifetime
{
    private protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);
    private protected static readonly JobNode Ada = new(1, "", 0, 0);
    private protected static readonly JobNode Alan = new(2, "", 0, 0);

    private protected IJobStore Store { get; private set; } = null!;

    /// <summary>What the store said became of jobs because of others.</summary>
    private protected List<JobMove> Moves { get; } = [];

    /// <summary>The store's clock.</summary>
    protected abstract TimeProvider Time { get; }

    /// <summary>Makes a new, empty store over <see cref="Time"/>.</summary>
    protected abstract IJobStore CreateStore();

    /// <summary>Moves <see cref="Time"/> forward.</summary>
    protected abstract void Advance(TimeSpan by);

    public virtual async Task InitializeAsync()
    {
        Store = CreateStore();
        Store.Moved = moves =>
        {
            lock (Moves)
            {
                Moves.AddRange(moves);
            }
        };
        await Store.OpenAsync(default);
    }

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    private protected JobSpec Spec(
        string queue = "default",
        int priority = 0,
        TimeSpan? delay = null,
        int maxAttempts = 3,
        string? key = null,
        UniqueConflict onConflict = UniqueConflict.ReturnExisting,
        string? once = null,
        string? limitKey = null,
        TimeSpan? retention = null,
        params string[] tags) => new()
        {
            Id = Guid.CreateVersion7(Time.GetUtcNow()),
            Name = "test",
            Queue = queue,
            Args = "{\"n\":1}"u8.ToArray(),
            Priority = priority,
            MaxAttempts = maxAttempts,
            EnqueuedAt = Time.GetUtcNow(),
            DueAt = Time.GetUtcNow() + delay,
            UniqueKey = key,
            OnConflict = onConflict,
            IdempotencyKey = once,
            LimitKey = limitKey,
            Tags = tags,
            Retention = retention ?? TimeSpan.FromDays(1),
        };

    private protected async Task<Guid> EnqueueAsync(JobSpec? spec = null) => (await Store.EnqueueAsync(spec ?? Spec(), default)).Id;

    private protected async Task<IReadOnlyList<JobRecord>> ClaimAsync(JobNode node, int count = 10, string queue = "default", QueueLimits? limits = null) =>
        (await ClaimWithAsync(node, count, limits, queue)).Jobs;

    private protected async Task<ClaimResult> ClaimWithAsync(JobNode node, int count, QueueLimits? limits, string queue = "default")
    {
        await Store.HeartbeatAsync(node, Lease, default);
        return await Store.ClaimAsync(node.Id, [new QueueDemand(queue, count, limits)], default);
    }

    private protected async Task<JobRecord> FindAsync(Guid id) => (await Store.FindAsync(id, default))!;

    private protected async Task<JobState?> CompleteAsync(
        JobNode node, JobRecord job, JobState state, DateTimeOffset? due = null, JobError? error = null, byte[]? result = null, int? attempt = null, bool uncounted = false) =>
        (await Store.CompleteAsync(
            node.Id,
            [new JobOutcome { Id = job.Spec.Id, Attempt = attempt ?? job.Attempt, State = state, DueAt = due, Error = error, Result = result, IsUncounted = uncounted }],
            default))[0];
}
