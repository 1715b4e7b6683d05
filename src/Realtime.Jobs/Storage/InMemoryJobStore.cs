namespace Realtime.Jobs;

/// <summary>Keeps jobs in this process's memory: the fastest store, and gone with the process.</summary>
public sealed partial class InMemoryJobStore : IJobStore
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly int _keepFinished;
    private readonly Dictionary<Guid, JobEntry> _jobs = [];
    private readonly Dictionary<string, AvailableJobs> _queues = [];
    private readonly Dictionary<string, JobEntry> _keys = [];
    private readonly Dictionary<string, JobEntry> _idempotencyKeys = [];
    private readonly PriorityQueue<JobEntry, (long Due, long Order)> _scheduled = new();
    private readonly Queue<(JobEntry Entry, int End)> _finished = new();
    private readonly List<JobEntry> _taken = [];
    private readonly Dictionary<long, (JobNode Node, DateTimeOffset ExpiresAt)> _nodes = [];
    private readonly HashSet<JobEntry> _marked = [];
    private long _order;

    /// <summary>Makes an empty store.</summary>
    /// <param name="time">Its clock; null for the system's.</param>
    /// <param name="keepFinished">
    /// How many finished jobs are kept at most, the newest, whatever their retention: memory must not grow with the jobs ever run.
    /// </param>
    public InMemoryJobStore(TimeProvider? time = null, int keepFinished = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keepFinished);
        _time = time ?? TimeProvider.System;
        _keepFinished = keepFinished;
    }

    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public ValueTask OpenAsync(CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;

    /// <inheritdoc/>
    public ValueTask<EnqueueResult> EnqueueAsync(JobSpec job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.UniqueKey is null && job.IdempotencyKey is null && job.DueAt is null)
        {
            // Nothing can be in its way, and it need not be looked at before somebody looks.
            TakeIn(job);
            return new ValueTask<EnqueueResult>(new EnqueueResult(job.Id, EnqueueStatus.Added));
        }
        EnqueueResult result;
        using (Enter())
        {
            result = Add(job);
        }
        TellMoved();
        return new ValueTask<EnqueueResult>(result);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var results = new EnqueueResult[jobs.Count];
        using (Enter())
        {
            if (BatchConflicts.Find(jobs, key => _keys.TryGetValue(key, out var entry) ? entry.Spec.Id : null, _idempotencyKeys.ContainsKey) is { } rejected)
            {
                return new ValueTask<IReadOnlyList<EnqueueResult>>(rejected);
            }
            for (var index = 0; index < results.Length; index++)
            {
                results[index] = Add(jobs[index]);
            }
        }
        TellMoved();
        return new ValueTask<IReadOnlyList<EnqueueResult>>(results);
    }

    /// <inheritdoc/>
    public ValueTask<JobRecord?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        using (Enter())
        {
            return new ValueTask<JobRecord?>(_jobs.TryGetValue(id, out var entry) ? entry.ToRecord() : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask<JobState?> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        JobState? state;
        using (Enter())
        {
            state = CancelTree(id);
        }
        TellMoved();
        return new ValueTask<JobState?>(state);
    }

    /// <inheritdoc/>
    public ValueTask<StageResult> StageAsync(int limit, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var staged = 0;
        using (Enter())
        {
            while (_scheduled.TryPeek(out var entry, out var place))
            {
                // A job that was cancelled, or scheduled anew since, left this place behind.
                if (entry.State != JobState.Scheduled || entry.DueAt?.UtcTicks != place.Due)
                {
                    _scheduled.Dequeue();
                    continue;
                }
                if (place.Due > now.UtcTicks || staged == limit)
                {
                    return new ValueTask<StageResult>(new StageResult(staged, entry.DueAt));
                }
                _scheduled.Dequeue();
                MakeAvailable(entry);
                staged++;
            }
        }
        return new ValueTask<StageResult>(new StageResult(staged, null));
    }

    /// <inheritdoc/>
    public ValueTask<int> PruneAsync(int limit, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var removed = 0;
        using (Enter())
        {
            for (var left = _finished.Count; left > 0 && removed < limit; left--)
            {
                var (entry, end) = _finished.Dequeue();
                if (entry.Ends != end || entry.State < JobState.Succeeded)
                {
                    // Requeued or purged since.
                    continue;
                }
                if (now - entry.FinishedAt >= entry.Spec.RetentionOf(entry.State))
                {
                    Forget(entry);
                    removed++;
                }
                else
                {
                    _finished.Enqueue((entry, end));
                }
            }
        }
        return new ValueTask<int>(removed);
    }

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> OldestAsync(string queue, CancellationToken cancellationToken)
    {
        using (Enter())
        {
            return new ValueTask<DateTimeOffset?>(
                _jobs.Values.Where(entry => entry.State == JobState.Available && entry.Spec.Queue == queue).Min(static entry => (DateTimeOffset?)(entry.DueAt ?? entry.Spec.EnqueuedAt)));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueCount>> CountAsync(CancellationToken cancellationToken)
    {
        using (Enter())
        {
            return new ValueTask<IReadOnlyList<QueueCount>>(
                [.. _queues.SelectMany(static queue => queue.Value.Counts.Select(count => new QueueCount(queue.Key, count.State, count.Count)))]);
        }
    }

    private EnqueueResult Add(JobSpec job)
    {
        if (job.IdempotencyKey is { } once && _idempotencyKeys.TryGetValue(once, out var first))
        {
            return new EnqueueResult(first.Spec.Id, EnqueueStatus.Existing);
        }
        JobEntry? replaced = null;
        if (job.UniqueKey is { } key && _keys.TryGetValue(key, out var existing))
        {
            if (job.OnConflict != UniqueConflict.Replace)
            {
                return new EnqueueResult(existing.Spec.Id, job.OnConflict == UniqueConflict.Reject ? EnqueueStatus.Rejected : EnqueueStatus.Existing);
            }
            replaced = existing;
            ReleaseKey(existing);
            CancelTree(existing.Spec.Id);
        }
        var entry = new JobEntry(job, QueueOf(job.Queue));
        _jobs.Add(job.Id, entry);
        entry.IsKept = true;
        if (job.UniqueKey is not null)
        {
            _keys.Add(job.UniqueKey, entry);
        }
        if (job.IdempotencyKey is not null)
        {
            _idempotencyKeys.Add(job.IdempotencyKey, entry);
        }
        Place(entry);
        return new EnqueueResult(job.Id, EnqueueStatus.Added, replaced?.Spec.Id, replaced?.State ?? JobState.Cancelled);
    }

    private AvailableJobs QueueOf(string name)
    {
        if (!_queues.TryGetValue(name, out var queue))
        {
            _queues.Add(name, queue = new AvailableJobs());
        }
        return queue;
    }

    private void Place(JobEntry entry)
    {
        if (entry.DueAt is { } due && due > _time.GetUtcNow())
        {
            Schedule(entry, due);
        }
        else
        {
            MakeAvailable(entry);
        }
    }

    private void CancelOne(JobEntry entry)
    {
        if (entry.State >= JobState.Succeeded)
        {
            return;
        }
        entry.CancelRequested = true;
        if (entry.State == JobState.Running)
        {
            _marked.Add(entry);
        }
        else
        {
            // Its place in a queue stays behind, and is skipped when it comes up.
            Finish(entry, JobState.Cancelled);
        }
    }

    private void MakeAvailable(JobEntry entry)
    {
        Move(entry, JobState.Available);
        entry.Home.Add(entry);
    }

    private void Schedule(JobEntry entry, DateTimeOffset due)
    {
        Move(entry, JobState.Scheduled);
        entry.DueAt = due;
        _scheduled.Enqueue(entry, (due.UtcTicks, _order++));
    }

    private void Finish(JobEntry entry, JobState state, DateTimeOffset? now = null)
    {
        Move(entry, state);
        ReleaseKey(entry);
        entry.FinishedAt = now ?? _time.GetUtcNow();
        if (state == JobState.Succeeded && entry.Traces is { } traces)
        {
            traces.Steps = null;
        }
        _finished.Enqueue((entry, ++entry.Ends));
        if (_finished.Count > _keepFinished)
        {
            var (oldest, end) = _finished.Dequeue();
            if (oldest.Ends == end && oldest.State >= JobState.Succeeded)
            {
                Forget(oldest);
            }
        }
        if (entry.Flow is not null)
        {
            Settle(entry);
        }
    }

    private static void Move(JobEntry entry, JobState state)
    {
        if (entry.State == JobState.Running)
        {
            entry.Home.Leave(entry);
        }
        entry.State = state;
    }

    private void ReleaseKey(JobEntry entry)
    {
        if (entry.HasKey)
        {
            entry.HasKey = false;
            _keys.Remove(entry.Spec.UniqueKey!);
        }
    }

    private void Forget(JobEntry entry)
    {
        // Its place among the finished means nothing any more.
        entry.Ends++;
        entry.IsKept = false;
        _jobs.Remove(entry.Spec.Id);
        if (entry.Spec.IdempotencyKey is { } key)
        {
            _idempotencyKeys.Remove(key);
        }
        ForgetChild(entry);
    }
}
