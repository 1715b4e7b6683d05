namespace Realtime.Jobs;

public sealed partial class InMemoryJobStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRecord>> ListAsync(JobFilter filter, int limit, Guid? before, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        using (Enter())
        {
            var jobs = Fitting(filter).Where(entry => before is not { } id || entry.Spec.Id.CompareTo(id) < 0);
            return new ValueTask<IReadOnlyList<JobRecord>>(
                [.. jobs.OrderByDescending(static entry => entry.Spec.Id).Take(limit).Select(static entry => entry.ToRecord())]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<JobState?> RequeueAsync(Guid id, CancellationToken cancellationToken)
    {
        JobState state;
        using (Enter())
        {
            if (!_jobs.TryGetValue(id, out var entry))
            {
                return default;
            }
            if (entry.State == JobState.Scheduled)
            {
                MakeAvailable(entry);
            }
            else
            {
                Requeue(entry);
            }
            state = entry.State;
        }
        TellMoved();
        return new ValueTask<JobState?>(state);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Guid>> RequeueAsync(JobFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Guid[] requeued;
        using (Enter())
        {
            var fitting = Fitting(filter).Where(static entry => entry.State > JobState.Succeeded).OrderBy(static entry => entry.Spec.Id).ToArray();
            requeued = [.. fitting.Where(Requeue).Take(limit).Select(static entry => entry.Spec.Id)];
        }
        TellMoved();
        return new ValueTask<IReadOnlyList<Guid>>(requeued);
    }

    /// <inheritdoc/>
    public ValueTask<int> PurgeAsync(JobFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        using (Enter())
        {
            var finished = Fitting(filter).Where(static entry => entry.State >= JobState.Succeeded).OrderBy(static entry => entry.Spec.Id).Take(limit).ToArray();
            Array.ForEach(finished, Forget);
            return new ValueTask<int>(finished.Length);
        }
    }

    /// <inheritdoc/>
    public ValueTask PauseAsync(string queue, bool paused, CancellationToken cancellationToken)
    {
        using (Enter())
        {
            QueueOf(queue).IsPaused = paused;
        }
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> PausedQueuesAsync(CancellationToken cancellationToken)
    {
        using (Enter())
        {
            return new ValueTask<IReadOnlyList<string>>([.. _queues.Where(static pair => pair.Value.IsPaused).Select(static pair => pair.Key)]);
        }
    }

    private IEnumerable<JobEntry> Fitting(JobFilter filter) => _jobs.Values.Where(entry =>
        (filter.State is not { } state || entry.State == state)
        && (filter.Queue is null || entry.Spec.Queue == filter.Queue)
        && (filter.Name is null || entry.Spec.Name == filter.Name)
        && (filter.Tag is null || entry.Spec.Tags.Contains(filter.Tag)));

    private bool Requeue(JobEntry entry)
    {
        if (entry.State <= JobState.Succeeded || IsBlocked(entry) || (entry.Spec.UniqueKey is { } taken && _keys.ContainsKey(taken)))
        {
            return false;
        }
        if (entry.Spec.UniqueKey is { } key)
        {
            _keys.Add(key, entry);
            entry.HasKey = true;
        }
        entry.MaxAttempts = entry.Attempt + entry.Spec.MaxAttempts;
        entry.CancelRequested = false;
        entry.DueAt = null;
        if (entry.Flow is null)
        {
            MakeAvailable(entry);
        }
        else
        {
            Rejoin(entry);
        }
        return true;
    }
}
