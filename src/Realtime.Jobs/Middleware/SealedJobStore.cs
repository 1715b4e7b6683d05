using System.Data.Common;

namespace Realtime.Jobs;

/// <summary>Encrypts what jobs return and record on its way into a store, and decrypts it on its way out.</summary>
internal sealed class SealedJobStore(IJobStore store, JobKeyRing keys, bool allowPlain) : IJobStore
{
    public bool IsShared => store.IsShared;

    public Action<IReadOnlyList<JobMove>>? Moved
    {
        get => store.Moved;
        set => store.Moved = value;
    }

    public ValueTask<IReadOnlyList<JobState?>> CompleteAsync(long node, IReadOnlyList<JobOutcome> outcomes, CancellationToken cancellationToken) => store.CompleteAsync(
        node, [.. outcomes.Select(outcome => outcome.Result is { Length: > 0 } result ? outcome.WithResult(keys.Encrypt(outcome.Id, result)) : outcome)], cancellationToken);

    public async ValueTask<JobRecord?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } record ? Open(record) : null;

    public async ValueTask<IReadOnlyList<JobRecord>> ListAsync(JobFilter filter, int limit, Guid? before, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(filter, limit, before, cancellationToken)).Select(OpenIfPossible)];

    public async ValueTask<IReadOnlyList<JobRecord>> ChildrenAsync(Guid parent, int limit, CancellationToken cancellationToken) =>
        [.. (await store.ChildrenAsync(parent, limit, cancellationToken)).Select(OpenIfPossible)];

    /// <inheritdoc/>
    /// <exception cref="JobArgsException">A result that is handed on does not open, or is not encrypted and had to be.</exception>
    public async ValueTask<IReadOnlyList<LinkedJob>> InputsAsync(Guid id, CancellationToken cancellationToken) =>
        [.. (await store.InputsAsync(id, cancellationToken)).Select(input => input.Result is { Length: > 0 } result ? input with { Result = Demand(input.Id, result) } : input)];

    public ValueTask<bool> SaveStepAsync(long node, Guid id, int attempt, string step, byte[] result, CancellationToken cancellationToken) =>
        store.SaveStepAsync(node, id, attempt, step, Seal(id, result), cancellationToken);

    public ValueTask<bool> SaveCursorAsync(long node, Guid id, int attempt, string cursor, byte[] position, CancellationToken cancellationToken) =>
        store.SaveCursorAsync(node, id, attempt, cursor, Seal(id, position), cancellationToken);

    public async ValueTask<IReadOnlyDictionary<string, byte[]>> StepsAsync(Guid id, CancellationToken cancellationToken) =>
        (await store.StepsAsync(id, cancellationToken)).ToDictionary(static step => step.Key, step => step.Value.Length == 0 ? step.Value : Demand(id, step.Value));

    public ValueTask<JobMigration?> MigrateAsync(CancellationToken cancellationToken = default) => store.MigrateAsync(cancellationToken);

    public ValueTask OpenAsync(CancellationToken cancellationToken) => store.OpenAsync(cancellationToken);

    public ValueTask<EnqueueResult> EnqueueAsync(JobSpec job, CancellationToken cancellationToken) => store.EnqueueAsync(job, cancellationToken);

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken) =>
        store.EnqueueAsync(jobs, cancellationToken);

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, DbTransaction transaction, CancellationToken cancellationToken) =>
        store.EnqueueAsync(jobs, transaction, cancellationToken);

    public ValueTask EnqueueFlowAsync(IReadOnlyList<JobSpec> jobs, IReadOnlyList<JobLink> links, CancellationToken cancellationToken) =>
        store.EnqueueFlowAsync(jobs, links, cancellationToken);

    public ValueTask<ClaimResult> ClaimAsync(long node, IReadOnlyList<QueueDemand> demand, CancellationToken cancellationToken) =>
        store.ClaimAsync(node, demand, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> ReportAsync(long node, IReadOnlyList<JobProgress> progress, CancellationToken cancellationToken) =>
        store.ReportAsync(node, progress, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> LogAsync(long node, IReadOnlyList<JobLogLines> lines, CancellationToken cancellationToken) =>
        store.LogAsync(node, lines, cancellationToken);

    public ValueTask<IReadOnlyList<JobLogLine>> ReadLogAsync(Guid id, long after, int limit, CancellationToken cancellationToken) =>
        store.ReadLogAsync(id, after, limit, cancellationToken);

    public ValueTask<JobState?> CancelAsync(Guid id, CancellationToken cancellationToken) => store.CancelAsync(id, cancellationToken);

    public ValueTask<StageResult> StageAsync(int limit, CancellationToken cancellationToken) => store.StageAsync(limit, cancellationToken);

    public ValueTask<HeartbeatResult> HeartbeatAsync(JobNode node, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        store.HeartbeatAsync(node, timeToLive, cancellationToken);

    public ValueTask<IReadOnlyList<JobNode>> NodesAsync(CancellationToken cancellationToken) => store.NodesAsync(cancellationToken);

    public ValueTask<IReadOnlyList<RescuedJob>> RescueAsync(IReadOnlyCollection<long> dead, CancellationToken cancellationToken) =>
        store.RescueAsync(dead, cancellationToken);

    public ValueTask RetireAsync(long node, CancellationToken cancellationToken) => store.RetireAsync(node, cancellationToken);

    public ValueTask<int> PruneAsync(int limit, CancellationToken cancellationToken) => store.PruneAsync(limit, cancellationToken);

    public ValueTask<IReadOnlyList<QueueCount>> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    public ValueTask<DateTimeOffset?> OldestAsync(string queue, CancellationToken cancellationToken) => store.OldestAsync(queue, cancellationToken);

    public ValueTask<JobState?> RequeueAsync(Guid id, CancellationToken cancellationToken) => store.RequeueAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<Guid>> RequeueAsync(JobFilter filter, int limit, CancellationToken cancellationToken) =>
        store.RequeueAsync(filter, limit, cancellationToken);

    public ValueTask<int> PurgeAsync(JobFilter filter, int limit, CancellationToken cancellationToken) => store.PurgeAsync(filter, limit, cancellationToken);

    public ValueTask PauseAsync(string queue, bool paused, CancellationToken cancellationToken) => store.PauseAsync(queue, paused, cancellationToken);

    public ValueTask<IReadOnlyList<string>> PausedQueuesAsync(CancellationToken cancellationToken) => store.PausedQueuesAsync(cancellationToken);

    public ValueTask<ScheduleRecord> AddScheduleAsync(string name, string times, CancellationToken cancellationToken) =>
        store.AddScheduleAsync(name, times, cancellationToken);

    public ValueTask<IReadOnlyList<Guid>> FireAsync(string name, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken) =>
        store.FireAsync(name, jobs, cancellationToken);

    public ValueTask<ScheduleTurn> TakeTurnAsync(long node, string name, DateTimeOffset occurrence, TimeSpan time, CancellationToken cancellationToken) =>
        store.TakeTurnAsync(node, name, occurrence, time, cancellationToken);

    public ValueTask<bool> PauseScheduleAsync(string name, bool isPaused, CancellationToken cancellationToken) =>
        store.PauseScheduleAsync(name, isPaused, cancellationToken);

    public ValueTask<IReadOnlyList<ScheduleRecord>> SchedulesAsync(CancellationToken cancellationToken) => store.SchedulesAsync(cancellationToken);

    public Task ListenAsync(Action<JobHints> hint, CancellationToken stopping) => store.ListenAsync(hint, stopping);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private byte[] Seal(Guid job, byte[] value) => value.Length == 0 ? value : keys.Encrypt(job, value);

    private JobRecord Open(JobRecord record)
    {
        try
        {
            return record.Result is { Length: > 0 } result && keys.Decrypt(record.Spec.Id, result) is { } plain ? record.WithResult(plain) : record;
        }
        catch (JobArgsException exception)
        {
            throw new JobStoreException($"The result of the job {record.Spec.Id} cannot be read. {exception.Message}", exception);
        }
    }

    // One result under a lost key must not hide all the others: it is shown as it is stored.
    private JobRecord OpenIfPossible(JobRecord record)
    {
        try
        {
            return Open(record);
        }
        catch (JobStoreException)
        {
            return record;
        }
    }

    private byte[] Demand(Guid job, byte[] value) => keys.Decrypt(job, value)
        ?? (allowPlain ? value : throw new JobArgsException($"What the job {job} left in the store is not encrypted, and this program goes on only with what is."));
}
