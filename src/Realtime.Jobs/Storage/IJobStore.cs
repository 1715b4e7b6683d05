using System.Data.Common;

namespace Realtime.Jobs;

/// <summary>
/// Keeps jobs and hands them out. The seam for memory and databases; <c>tests/Realtime.Conformance</c> says what each member promises.
/// </summary>
/// <remarks>
/// Every write for a running job is fenced: it applies only <c>WHERE id AND attempt AND node AND state = running</c>, so a worker
/// that lost its lease can change nothing. Members may be called concurrently. A store has its own clock (given to it when it is
/// made, or its server's), which decides what is due and which leases live; times are kept to the
/// microsecond at least. Every list is in the order of its input.
/// </remarks>
public partial interface IJobStore : IAsyncDisposable
{
    /// <summary>Whether other processes may write to the same jobs, so that what they do must be polled for.</summary>
    bool IsShared { get; }

    /// <summary>Makes the store ready. Called once, before anything else.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="JobStoreException">It cannot be opened; the message says why and what to do.</exception>
    ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes the store's tables, or brings them to the version this program needs, whether or not opening it may. Safe while others do the
    /// same. Not called on an open store.
    /// </summary>
    /// <param name="cancellationToken">Gives up; then nothing was changed.</param>
    /// <returns>What was done; null for a store without tables, which is what this says unless it is implemented.</returns>
    /// <exception cref="JobStoreException">It cannot be done; the message says why and what to do.</exception>
    ValueTask<JobMigration?> MigrateAsync(CancellationToken cancellationToken = default) => default;

    /// <summary>Adds a job: available, or scheduled if its time is still to come. It is as durable as the store once this returns.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">Gives up waiting; the job may have been added.</param>
    ValueTask<EnqueueResult> EnqueueAsync(JobSpec job, CancellationToken cancellationToken);

    /// <summary>Adds jobs, all or none: if one of them is rejected, none is added and no job is replaced.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="cancellationToken">Gives up waiting; the jobs may have been added.</param>
    ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken);

    /// <summary>Adds jobs inside a transaction of the caller's on the store's own database: they come and go with it.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="transaction">The transaction, which is left open.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="JobStoreException">The store has no transactions, or this is not one of its database.</exception>
    ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, DbTransaction transaction, CancellationToken cancellationToken) =>
        throw new JobStoreException($"{GetType().Name} keeps its jobs where no transaction of a database reaches. Enqueue without one, or keep jobs in the database that the transaction is of.");

    /// <summary>
    /// Gives available jobs to a node, by priority, then age; but of a queue that is never empty one job in ten comes from behind the
    /// highest priority, so that none waits for ever, and with a limit per key the keys take turns. A node without a live lease and a
    /// paused queue get none.
    /// </summary>
    /// <param name="node">The node's id.</param>
    /// <param name="demand">How many of which queue, and the limits to keep.</param>
    /// <param name="cancellationToken">Gives up before anything was claimed.</param>
    ValueTask<ClaimResult> ClaimAsync(long node, IReadOnlyList<QueueDemand> demand, CancellationToken cancellationToken);

    /// <summary>Records how attempts ended. Fenced.</summary>
    /// <param name="node">The node that ran them.</param>
    /// <param name="outcomes">How they ended.</param>
    /// <param name="cancellationToken">Gives up waiting; the outcomes may have been recorded.</param>
    /// <returns>For each, the state the job is in now, or null if the attempt no longer held the job.</returns>
    ValueTask<IReadOnlyList<JobState?>> CompleteAsync(long node, IReadOnlyList<JobOutcome> outcomes, CancellationToken cancellationToken);

    /// <summary>Records progress. Fenced.</summary>
    /// <param name="node">The node that runs the jobs.</param>
    /// <param name="progress">How far they are.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>For each, whether the attempt still held the job.</returns>
    ValueTask<IReadOnlyList<bool>> ReportAsync(long node, IReadOnlyList<JobProgress> progress, CancellationToken cancellationToken);

    /// <summary>Records the result of a step of a job. Fenced. A step that is recorded already stays as it is.</summary>
    /// <param name="node">The node that runs the job.</param>
    /// <param name="id">The job.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="step">The step's name, unique within the job.</param>
    /// <param name="result">Its result as UTF-8 JSON; empty for none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether the attempt still held the job.</returns>
    ValueTask<bool> SaveStepAsync(long node, Guid id, int attempt, string step, byte[] result, CancellationToken cancellationToken);

    /// <summary>The steps of a job recorded so far, by name.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyDictionary<string, byte[]>> StepsAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Finds a job; null if there is none with that id, or no longer.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<JobRecord?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>
    /// Cancels a job: at once if it waits, by a durable mark if it runs, which then beats retry, hand-back and rescue. A finished job
    /// stays as it is. The jobs under it (<see cref="JobSpec.Parent"/>), and those under them, are cancelled in the same write.
    /// </summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The state the job is in now; null if there is no such job.</returns>
    ValueTask<JobState?> CancelAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Makes scheduled jobs available whose time has come.</summary>
    /// <param name="limit">The most to move.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<StageResult> StageAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Takes or renews a node's lease.</summary>
    /// <param name="node">The node.</param>
    /// <param name="timeToLive">How long the lease lives from now.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<HeartbeatResult> HeartbeatAsync(JobNode node, TimeSpan timeToLive, CancellationToken cancellationToken);

    /// <summary>The nodes that have a lease, alive or run out.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<JobNode>> NodesAsync(CancellationToken cancellationToken);

    /// <summary>Takes back the running jobs of nodes whose lease ran out, and of nodes known to be dead, and forgets those nodes.</summary>
    /// <param name="dead">Nodes that the caller knows to be dead, whatever their lease says.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<IReadOnlyList<RescuedJob>> RescueAsync(IReadOnlyCollection<long> dead, CancellationToken cancellationToken);

    /// <summary>Ends a node's lease at its own wish, handing back whatever it still holds.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask RetireAsync(long node, CancellationToken cancellationToken);

    /// <summary>Removes finished jobs whose retention is over.</summary>
    /// <param name="limit">The most to remove.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many were removed.</returns>
    ValueTask<int> PruneAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Counts the jobs of every queue by state.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<QueueCount>> CountAsync(CancellationToken cancellationToken);

    /// <summary>Since when the available job of a queue has been waiting that waits longest: its due time, or its enqueue.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The moment; null if no job is available, or the store does not say.</returns>
    ValueTask<DateTimeOffset?> OldestAsync(string queue, CancellationToken cancellationToken) => default;

    /// <summary>Lists jobs, the newest id first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="limit">The most to list.</param>
    /// <param name="before">Goes on behind this id, the last of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<JobRecord>> ListAsync(JobFilter filter, int limit, Guid? before, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a failed, cancelled or quarantined job available again, with as many attempts as it once had and the steps it has done. One
    /// that waits for its time becomes available at once. Any other, and one whose unique key another job has now, stays as it is. What was
    /// cancelled with <see cref="BrokenFlow"/> because of it waits for it again; that itself stays as it is until then.
    /// </summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The state the job is in now; null if there is no such job.</returns>
    ValueTask<JobState?> RequeueAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Requeues failed, cancelled and quarantined jobs.</summary>
    /// <param name="filter">Which of them. Jobs in other states do not fit.</param>
    /// <param name="limit">The most to requeue, the oldest ids first.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Those that were requeued.</returns>
    ValueTask<IReadOnlyList<Guid>> RequeueAsync(JobFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>Removes finished jobs, whatever their retention.</summary>
    /// <param name="filter">Which of them. Jobs that have not ended do not fit.</param>
    /// <param name="limit">The most to remove, the oldest ids first.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many were removed.</returns>
    ValueTask<int> PurgeAsync(JobFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>Pauses a queue, or goes on with it, for every node and for good. What is claimed already goes on.</summary>
    /// <param name="queue">The queue's name; it need not have jobs.</param>
    /// <param name="paused">True to pause.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask PauseAsync(string queue, bool paused, CancellationToken cancellationToken);

    /// <summary>The names of the queues that are paused.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<string>> PausedQueuesAsync(CancellationToken cancellationToken);
}
