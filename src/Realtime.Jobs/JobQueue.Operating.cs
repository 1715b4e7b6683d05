namespace Realtime;

// What an operator does: look, requeue, pause, remove. Every process of the store can.
public sealed partial class JobQueue
{
    private const int AtOnce = 500;

    /// <summary>Lists jobs, the newest first: <c>ListAsync(new JobFilter { State = JobState.Failed })</c> are the dead letters.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="limit">The most to list.</param>
    /// <param name="before">Goes on behind this id, the last of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<JobStatus>> ListAsync(
        JobFilter? filter = null, int limit = 100, Guid? before = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return [.. (await Runtime.Store.ListAsync(filter ?? new JobFilter(), limit, before, cancellationToken)).Select(JobStatus.From)];
    }

    /// <summary>
    /// Gives a failed, cancelled or quarantined job another chance: it is available again, with as many attempts as it once had, and goes
    /// on behind the steps it has recorded. One that waits for its time runs at once. Any other stays as it is, and so does one whose unique
    /// key another job has now.
    /// </summary>
    /// <param name="id">The job's id.</param>
    /// <param name="cancellationToken">Gives up waiting; the job may be requeued all the same.</param>
    /// <returns>The state the job is in now: <see cref="JobState.Available"/> if it was requeued. Null if there is no such job.</returns>
    public async ValueTask<JobState?> RequeueAsync(Guid id, CancellationToken cancellationToken = default)
    {
        var runtime = Runtime;
        var state = await runtime.Store.RequeueAsync(id, cancellationToken);
        runtime.Work.Set();
        return state;
    }

    /// <summary>Gives every failed, cancelled or quarantined job that fits another chance: see <see cref="RequeueAsync"/>.</summary>
    /// <param name="filter">Which of them; null for those that failed.</param>
    /// <param name="cancellationToken">Gives up on the rest.</param>
    /// <returns>How many were requeued.</returns>
    public async ValueTask<int> RequeueAllAsync(JobFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var runtime = Runtime;
        var seen = new HashSet<Guid>();
        while (true)
        {
            var requeued = await runtime.Store.RequeueAsync(filter ?? new JobFilter { State = JobState.Failed }, AtOnce, cancellationToken);
            runtime.Work.Set();
            var before = seen.Count;
            seen.UnionWith(requeued);
            if (requeued.Count == 0 || seen.Count < before + requeued.Count)
            {
                // The oldest come first: what comes up again has failed again meanwhile, and would for ever.
                return seen.Count;
            }
        }
    }

    /// <summary>Removes finished jobs, whatever their retention.</summary>
    /// <param name="filter">Which of them; null for all.</param>
    /// <param name="cancellationToken">Gives up on the rest.</param>
    /// <returns>How many were removed.</returns>
    public async ValueTask<int> PurgeAsync(JobFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var runtime = Runtime;
        var removed = 0;
        while (true)
        {
            var count = await runtime.Store.PurgeAsync(filter ?? new JobFilter(), AtOnce, cancellationToken);
            removed += count;
            if (count < AtOnce)
            {
                return removed;
            }
        }
    }

    /// <summary>
    /// Pauses a queue in every process of the store, until <see cref="ResumeAsync"/>, whatever is started anew meanwhile. Jobs that run
    /// go on; enqueueing still works.
    /// </summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="cancellationToken">Gives up waiting; the queue may be paused all the same.</param>
    public ValueTask PauseAsync(string queue, CancellationToken cancellationToken = default) => PauseAsync(queue, paused: true, cancellationToken);

    /// <summary>Goes on with a paused queue. Other processes notice within <see cref="JobQueueOptions.PollInterval"/>.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="cancellationToken">Gives up waiting; the queue may go on all the same.</param>
    public ValueTask ResumeAsync(string queue, CancellationToken cancellationToken = default) => PauseAsync(queue, paused: false, cancellationToken);

    /// <summary>The names of the queues that are paused.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<IReadOnlyList<string>> PausedQueuesAsync(CancellationToken cancellationToken = default) => Runtime.Store.PausedQueuesAsync(cancellationToken);

    private async ValueTask PauseAsync(string queue, bool paused, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queue);
        var runtime = Runtime;
        await runtime.Store.PauseAsync(queue, paused, cancellationToken);
        runtime.Work.Set();
        // Whoever drains waits for what can run.
        runtime.Activity.Fire();
    }
}
