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
    private readonly PriorityQueue<JobEntry, (long Due, long Order)> _scheduled = new();
    private readonly Queue<JobEntry> _finished = new();
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
    public ValueTask<Guid> EnqueueAsync(JobSpec job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        lock (_lock)
        {
            return new ValueTask<Guid>(Add(job));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Guid>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var ids = new Guid[jobs.Count];
        lock (_lock)
        {
            for (var index = 0; index < ids.Length; index++)
            {
                ids[index] = Add(jobs[index]);
            }
        }
        return new ValueTask<IReadOnlyList<Guid>>(ids);
    }

    /// <inheritdoc/>
    public ValueTask<JobRecord?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new ValueTask<JobRecord?>(_jobs.TryGetValue(id, out var entry) ? entry.ToRecord() : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask<JobState?> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        JobState? state;
        lock (_lock)
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
        lock (_lock)
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
        lock (_lock)
        {
            for (var left = _finished.Count; left > 0 && removed < limit; left--)
            {
                var entry = _finished.Dequeue();
                if (now - entry.FinishedAt >= entry.Spec.Retention)
                {
                    Forget(entry);
                    removed++;
                }
                else
                {
                    _finished.Enqueue(entry);
                }
            }
        }
        return new ValueTask<int>(removed);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueCount>> CountAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new ValueTask<IReadOnlyList<QueueCount>>(
                [.. _jobs.Values.CountBy(static entry => (entry.Spec.Queue, entry.State)).Select(static pair => new QueueCount(pair.Key.Queue, pair.Key.State, pair.Value))]);
        }
    }

    private Guid Add(JobSpec job)
    {
        if (job.UniqueKey is { } key && _keys.TryGetValue(key, out var existing))
        {
            return existing.Spec.Id;
        }
        var entry = new JobEntry(job);
        _jobs.Add(job.Id, entry);
        if (job.UniqueKey is not null)
        {
            _keys.Add(job.UniqueKey, entry);
        }
        Place(entry);
        return job.Id;
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
        entry.State = JobState.Available;
        if (!_queues.TryGetValue(entry.Spec.Queue, out var queue))
        {
            _queues.Add(entry.Spec.Queue, queue = new AvailableJobs());
        }
        queue.Add(entry);
    }

    private void Schedule(JobEntry entry, DateTimeOffset due)
    {
        entry.State = JobState.Scheduled;
        entry.DueAt = due;
        _scheduled.Enqueue(entry, (due.UtcTicks, _order++));
    }

    private void Finish(JobEntry entry, JobState state)
    {
        entry.State = state;
        entry.FinishedAt = _time.GetUtcNow();
        entry.Steps = null;
        _finished.Enqueue(entry);
        if (_finished.Count > _keepFinished)
        {
            Forget(_finished.Dequeue());
        }
        if (entry.Flow is not null)
        {
            Settle(entry);
        }
    }

    private void Forget(JobEntry entry)
    {
        _jobs.Remove(entry.Spec.Id);
        if (entry.Spec.UniqueKey is { } key)
        {
            _keys.Remove(key);
        }
        ForgetChild(entry);
    }
}
