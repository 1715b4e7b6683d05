namespace Realtime.Jobs;

/// <summary>A store in memory that can be made to fail, as a full disk or a lost connection does.</summary>
internal sealed class FailingStore(TimeProvider time) : IJobStore
{
    private readonly InMemoryJobStore _inner = new(time);

    public volatile bool Fails;

    public volatile bool FailsClaims;

    public volatile bool FailsEnds;

    public Pulse Failed { get; } = new();

    public bool IsShared => false;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => default;

    public ValueTask DisposeAsync() => default;

    public ValueTask<EnqueueResult> EnqueueAsync(JobSpec job, CancellationToken cancellationToken) => Inner().EnqueueAsync(job, cancellationToken);

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken) => Inner().EnqueueAsync(jobs, cancellationToken);

    public ValueTask<ClaimResult> ClaimAsync(long node, IReadOnlyList<QueueDemand> demand, CancellationToken cancellationToken) => Inner(FailsClaims).ClaimAsync(node, demand, cancellationToken);

    public ValueTask<IReadOnlyList<JobState?>> CompleteAsync(long node, IReadOnlyList<JobOutcome> outcomes, CancellationToken cancellationToken) => Inner(FailsEnds).CompleteAsync(node, outcomes, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> ReportAsync(long node, IReadOnlyList<JobProgress> progress, CancellationToken cancellationToken) => Inner().ReportAsync(node, progress, cancellationToken);

    public ValueTask<bool> SaveStepAsync(long node, Guid id, int attempt, string step, byte[] result, CancellationToken cancellationToken) => Inner().SaveStepAsync(node, id, attempt, step, result, cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, byte[]>> StepsAsync(Guid id, CancellationToken cancellationToken) => Inner().StepsAsync(id, cancellationToken);

    public ValueTask<JobRecord?> FindAsync(Guid id, CancellationToken cancellationToken) => _inner.FindAsync(id, cancellationToken);

    public ValueTask<JobState?> CancelAsync(Guid id, CancellationToken cancellationToken) => Inner().CancelAsync(id, cancellationToken);

    public ValueTask<StageResult> StageAsync(int limit, CancellationToken cancellationToken) => Inner().StageAsync(limit, cancellationToken);

    public ValueTask<HeartbeatResult> HeartbeatAsync(JobNode node, TimeSpan timeToLive, CancellationToken cancellationToken) => Inner().HeartbeatAsync(node, timeToLive, cancellationToken);

    public ValueTask<IReadOnlyList<JobNode>> NodesAsync(CancellationToken cancellationToken) => Inner().NodesAsync(cancellationToken);

    public ValueTask<IReadOnlyList<RescuedJob>> RescueAsync(IReadOnlyCollection<long> dead, CancellationToken cancellationToken) => Inner().RescueAsync(dead, cancellationToken);

    public ValueTask RetireAsync(long node, CancellationToken cancellationToken) => Inner().RetireAsync(node, cancellationToken);

    public ValueTask<int> PruneAsync(int limit, CancellationToken cancellationToken) => Inner().PruneAsync(limit, cancellationToken);

    public ValueTask<IReadOnlyList<QueueCount>> CountAsync(CancellationToken cancellationToken) => _inner.CountAsync(cancellationToken);

    public Action<IReadOnlyList<JobMove>>? Moved
    {
        get => _inner.Moved;
        set => _inner.Moved = value;
    }

    public ValueTask EnqueueFlowAsync(IReadOnlyList<JobSpec> jobs, IReadOnlyList<JobLink> links, CancellationToken cancellationToken) => Inner().EnqueueFlowAsync(jobs, links, cancellationToken);

    public ValueTask<IReadOnlyList<LinkedJob>> InputsAsync(Guid id, CancellationToken cancellationToken) => Inner().InputsAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<JobRecord>> ChildrenAsync(Guid parent, int limit, CancellationToken cancellationToken) => _inner.ChildrenAsync(parent, limit, cancellationToken);

    public ValueTask<ScheduleRecord> AddScheduleAsync(string name, string times, CancellationToken cancellationToken) => Inner().AddScheduleAsync(name, times, cancellationToken);

    public ValueTask<IReadOnlyList<Guid>> FireAsync(string name, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken) => Inner().FireAsync(name, jobs, cancellationToken);

    public ValueTask<ScheduleTurn> TakeTurnAsync(long node, string name, DateTimeOffset occurrence, TimeSpan time, CancellationToken cancellationToken) =>
        Inner().TakeTurnAsync(node, name, occurrence, time, cancellationToken);

    public ValueTask<bool> PauseScheduleAsync(string name, bool isPaused, CancellationToken cancellationToken) => Inner().PauseScheduleAsync(name, isPaused, cancellationToken);

    public ValueTask<IReadOnlyList<ScheduleRecord>> SchedulesAsync(CancellationToken cancellationToken) => Inner().SchedulesAsync(cancellationToken);

    public ValueTask<IReadOnlyList<JobRecord>> ListAsync(JobFilter filter, int limit, Guid? before, CancellationToken cancellationToken) => Inner().ListAsync(filter, limit, before, cancellationToken);

    public ValueTask<JobState?> RequeueAsync(Guid id, CancellationToken cancellationToken) => Inner().RequeueAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<Guid>> RequeueAsync(JobFilter filter, int limit, CancellationToken cancellationToken) => Inner().RequeueAsync(filter, limit, cancellationToken);

    public ValueTask<int> PurgeAsync(JobFilter filter, int limit, CancellationToken cancellationToken) => Inner().PurgeAsync(filter, limit, cancellationToken);

    public ValueTask PauseAsync(string queue, bool paused, CancellationToken cancellationToken) => Inner().PauseAsync(queue, paused, cancellationToken);

    public ValueTask<IReadOnlyList<string>> PausedQueuesAsync(CancellationToken cancellationToken) => Inner().PausedQueuesAsync(cancellationToken);

    public ValueTask<IReadOnlyList<bool>> LogAsync(long node, IReadOnlyList<JobLogLines> lines, CancellationToken cancellationToken) => Inner().LogAsync(node, lines, cancellationToken);

    public ValueTask<IReadOnlyList<JobLogLine>> ReadLogAsync(Guid id, long after, int limit, CancellationToken cancellationToken) => _inner.ReadLogAsync(id, after, limit, cancellationToken);

    public ValueTask<bool> SaveCursorAsync(long node, Guid id, int attempt, string cursor, byte[] position, CancellationToken cancellationToken) => Inner().SaveCursorAsync(node, id, attempt, cursor, position, cancellationToken);

    private InMemoryJobStore Inner(bool fails = false)
    {
        if (Fails || fails)
        {
            Failed.Fire();
            throw new JobStoreException("The disk is full.");
        }
        return _inner;
    }
}
