namespace Realtime.Jobs;

public sealed partial class InMemoryJobStore
{
    private static readonly byte[] NoResult = [];

    /// <inheritdoc/>
    public ValueTask<ClaimResult> ClaimAsync(long node, IReadOnlyList<QueueDemand> demand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(demand);
        var now = _time.GetUtcNow();
        List<HeldQueue>? held = null;
        using (Enter())
        {
            if (!IsAlive(node, now))
            {
                return new ValueTask<ClaimResult>(new ClaimResult([], []));
            }
            _taken.Clear();
            foreach (var (name, count, limits) in demand)
            {
                if (_queues.TryGetValue(name, out var queue) && !queue.IsPaused && queue.Take(count, limits, now, _taken) is { } wait)
                {
                    (held ??= []).Add(new HeldQueue(name, wait));
                }
            }
            var claimed = new JobRecord[_taken.Count];
            for (var index = 0; index < claimed.Length; index++)
            {
                var entry = _taken[index];
                entry.Attempt++;
                entry.Node = node;
                entry.StartedAt = now;
                claimed[index] = entry.ToRecord();
            }
            return new ValueTask<ClaimResult>(new ClaimResult(claimed, (IReadOnlyList<HeldQueue>?)held ?? []));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobState?>> CompleteAsync(long node, IReadOnlyList<JobOutcome> outcomes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        var states = new JobState?[outcomes.Count];
        var now = _time.GetUtcNow();
        using (Enter())
        {
            for (var index = 0; index < states.Length; index++)
            {
                var outcome = outcomes[index];
                if (_jobs.TryGetValue(outcome.Id, out var entry) && entry.IsHeldBy(node, outcome.Attempt))
                {
                    states[index] = Complete(entry, outcome, now);
                }
            }
        }
        TellMoved();
        return new ValueTask<IReadOnlyList<JobState?>>(states);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>> ReportAsync(long node, IReadOnlyList<JobProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var held = new bool[progress.Count];
        using (Enter())
        {
            for (var index = 0; index < held.Length; index++)
            {
                var report = progress[index];
                if (_jobs.TryGetValue(report.Id, out var entry) && entry.IsHeldBy(node, report.Attempt))
                {
                    held[index] = true;
                    (entry.Leave().Progress, entry.Leave().Message) = (report.Fraction, report.Message);
                }
            }
        }
        return new ValueTask<IReadOnlyList<bool>>(held);
    }

    /// <inheritdoc/>
    public ValueTask<bool> SaveStepAsync(long node, Guid id, int attempt, string step, byte[] result, CancellationToken cancellationToken)
    {
        using (Enter())
        {
            if (!_jobs.TryGetValue(id, out var entry) || !entry.IsHeldBy(node, attempt))
            {
                return new ValueTask<bool>(false);
            }
            (entry.Leave().Steps ??= []).TryAdd(step, result ?? NoResult);
            return new ValueTask<bool>(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, byte[]>> StepsAsync(Guid id, CancellationToken cancellationToken)
    {
        using (Enter())
        {
            return new ValueTask<IReadOnlyDictionary<string, byte[]>>(
                _jobs.TryGetValue(id, out var entry) && entry.Traces?.Steps is { } steps ? new Dictionary<string, byte[]>(steps) : []);
        }
    }

    /// <inheritdoc/>
    public ValueTask<HeartbeatResult> HeartbeatAsync(JobNode node, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        using (Enter())
        {
            var now = _time.GetUtcNow();
            var renewed = IsAlive(node.Id, now);
            _nodes[node.Id] = (node, now + timeToLive);
            // A job that was cancelled and requeued since is not to be cancelled again.
            _marked.RemoveWhere(static entry => entry.State != JobState.Running || !entry.CancelRequested);
            return new ValueTask<HeartbeatResult>(
                new HeartbeatResult(renewed, [.. _marked.Where(entry => entry.Node == node.Id).Select(static entry => entry.Spec.Id)]));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobNode>> NodesAsync(CancellationToken cancellationToken)
    {
        using (Enter())
        {
            return new ValueTask<IReadOnlyList<JobNode>>([.. _nodes.Values.Select(static lease => lease.Node)]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RescuedJob>> RescueAsync(IReadOnlyCollection<long> dead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dead);
        var now = _time.GetUtcNow();
        var rescued = new List<RescuedJob>();
        using (Enter())
        {
            foreach (var node in _nodes.Keys.Where(node => dead.Contains(node) || !IsAlive(node, now)).ToArray())
            {
                _nodes.Remove(node);
                foreach (var entry in HeldBy(node))
                {
                    rescued.Add(new RescuedJob(entry.Spec.Id, Rescue(entry)));
                }
            }
        }
        TellMoved();
        return new ValueTask<IReadOnlyList<RescuedJob>>(rescued);
    }

    /// <inheritdoc/>
    public ValueTask RetireAsync(long node, CancellationToken cancellationToken)
    {
        using (Enter())
        {
            _nodes.Remove(node);
            foreach (var entry in HeldBy(node))
            {
                HandBack(entry);
            }
        }
        TellMoved();
        return default;
    }

    private bool IsAlive(long node, DateTimeOffset now) => _nodes.TryGetValue(node, out var lease) && lease.ExpiresAt > now;

    // Walks every job: nodes die seldom, and an index kept for each claim would cost every job instead.
    private JobEntry[] HeldBy(long node) => [.. _jobs.Values.Where(entry => entry.State == JobState.Running && entry.Node == node)];

    private JobState Complete(JobEntry entry, JobOutcome outcome, DateTimeOffset now)
    {
        entry.Error = outcome.Error ?? entry.Error;
        if (outcome.Log is not null)
        {
            AddLog(entry, outcome.Log);
        }
        if (outcome.Progress is not null)
        {
            (entry.Leave().Progress, entry.Leave().Message) = (outcome.Progress, outcome.Message);
        }
        switch (outcome.State)
        {
            case JobState.Available:
                HandBack(entry);
                break;
            case JobState.Scheduled when entry.CancelRequested:
                Finish(entry, JobState.Cancelled);
                break;
            case JobState.Scheduled:
                entry.MaxAttempts += outcome.IsUncounted ? 1 : 0;
                var due = outcome.DueAt ?? now;
                entry.DueAt = due;
                if (due > now)
                {
                    Schedule(entry, due);
                }
                else
                {
                    MakeAvailable(entry);
                }
                break;
            default:
                entry.Result = outcome.Result;
                Finish(entry, outcome.State, now);
                break;
        }
        return entry.State;
    }

    private void HandBack(JobEntry entry)
    {
        if (entry.CancelRequested)
        {
            Finish(entry, JobState.Cancelled);
            return;
        }
        entry.MaxAttempts++;
        MakeAvailable(entry);
    }

    private JobState Rescue(JobEntry entry)
    {
        if (entry.CancelRequested)
        {
            Finish(entry, JobState.Cancelled);
        }
        else if (entry.Attempt >= entry.MaxAttempts)
        {
            entry.Error = LostWorker.Error;
            Finish(entry, JobState.Failed);
        }
        else
        {
            MakeAvailable(entry);
        }
        return entry.State;
    }
}
