namespace Realtime.Jobs;

public sealed partial class InMemoryJobStore
{
    private readonly Dictionary<Guid, List<JobEntry>> _children = [];
    private readonly Queue<JobEntry> _unsettled = new();
    private List<JobMove>? _moves;
    private bool _settling;

    /// <inheritdoc/>
    public Action<IReadOnlyList<JobMove>>? Moved { get; set; }

    /// <inheritdoc/>
    public ValueTask EnqueueFlowAsync(IReadOnlyList<JobSpec> jobs, IReadOnlyList<JobLink> links, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(links);
        using (Enter())
        {
            var entries = jobs.ToDictionary(
                static job => job.Id, job => new JobEntry(job, QueueOf(job.Queue)));
            foreach (var entry in entries.Values.Where(static entry => entry.Spec.Flow is not null))
            {
                entry.Leave().Flow = new FlowEntry();
            }
            foreach (var link in links)
            {
                var (before, after) = (entries[link.Before], entries[link.After].Flow!);
                before.Flow!.Next.Add((entries[link.After], after.Inputs.Count));
                after.Inputs.Add(new LinkedJob(link.Before, "", null, null, null));
                after.Pending++;
            }
            foreach (var job in jobs)
            {
                AddToFlow(entries[job.Id]);
            }
        }
        TellMoved();
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LinkedJob>> InputsAsync(Guid id, CancellationToken cancellationToken)
    {
        using (Enter())
        {
            return new ValueTask<IReadOnlyList<LinkedJob>>(_jobs.TryGetValue(id, out var entry) && entry.Flow is { } flow ? [.. flow.Inputs] : []);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRecord>> ChildrenAsync(Guid parent, int limit, CancellationToken cancellationToken)
    {
        using (Enter())
        {
            return new ValueTask<IReadOnlyList<JobRecord>>(
                _children.TryGetValue(parent, out var children) ? [.. children.Take(limit).Select(static entry => entry.ToRecord())] : []);
        }
    }

    private void AddToFlow(JobEntry entry)
    {
        _jobs.Add(entry.Spec.Id, entry);
        entry.IsKept = true;
        if (entry.Spec.Parent is { } parent)
        {
            if (!_children.TryGetValue(parent, out var siblings))
            {
                _children.Add(parent, siblings = []);
            }
            siblings.Add(entry);
            if (_jobs.TryGetValue(parent, out var above) && above.CancelRequested)
            {
                // It was born under a job that is being cancelled.
                entry.CancelRequested = true;
                Finish(entry, JobState.Cancelled);
                return;
            }
        }
        if (entry.Flow is { Pending: > 0 })
        {
            entry.State = JobState.Waiting;
        }
        else
        {
            Place(entry);
        }
    }

    /// <summary>Cancels a job and those under it. Returns where the job is then; null if it is not there.</summary>
    private JobState? CancelTree(Guid id)
    {
        // All are cancelled before their ends are handed on, so that none of them starts another.
        _settling = true;
        var root = _jobs.GetValueOrDefault(id);
        if (root is not null)
        {
            CancelOne(root);
        }
        if (_children.ContainsKey(id))
        {
            CancelUnder(id);
        }
        SettleAll();
        return root?.State;
    }

    private void CancelUnder(Guid id)
    {
        var parents = new Stack<Guid>([id]);
        while (parents.TryPop(out var parent))
        {
            foreach (var child in _children.GetValueOrDefault(parent) ?? [])
            {
                parents.Push(child.Spec.Id);
                if (child.State < JobState.Succeeded)
                {
                    CancelOne(child);
                    AddMove(child);
                }
            }
        }
    }

    /// <summary>Hands the end of a job of a flow on to those that wait for it.</summary>
    private void Settle(JobEntry entry)
    {
        _unsettled.Enqueue(entry);
        if (!_settling)
        {
            SettleAll();
        }
    }

    private void SettleAll()
    {
        _settling = true;
        while (_unsettled.TryDequeue(out var ended))
        {
            foreach (var (next, place) in ended.Flow!.Next)
            {
                HandOn(ended, next, place);
            }
        }
        _settling = false;
    }

    private void HandOn(JobEntry ended, JobEntry next, int place)
    {
        var flow = next.Flow!;
        if (flow.Inputs[place].State is not null)
        {
            // Its end was handed on before, and is not handed on twice.
            return;
        }
        flow.Inputs[place] = new LinkedJob(ended.Spec.Id, ended.Spec.Name, ended.State, ended.Result, ended.State == JobState.Succeeded ? null : ended.Error);
        if (ended.State == JobState.Succeeded || next.Spec.Flow!.EvenIfFailed)
        {
            flow.Pending--;
            if (flow.Pending == 0 && next.State == JobState.Waiting)
            {
                Release(next);
            }
        }
        else if (next.State == JobState.Waiting)
        {
            next.Error = BrokenFlow.Error(ended.Spec.Id, ended.Spec.Name, ended.State, ended.Error);
            Finish(next, JobState.Cancelled);
            AddMove(next);
        }
    }

    private void Release(JobEntry entry)
    {
        if (entry.Spec.Flow!.Delay > TimeSpan.Zero)
        {
            Schedule(entry, _time.GetUtcNow() + entry.Spec.Flow.Delay);
        }
        else
        {
            MakeAvailable(entry);
        }
        AddMove(entry);
    }

    /// <summary>Whether a job before it ended so that it cannot run: that one has to be requeued, and not this one.</summary>
    private static bool IsBlocked(JobEntry entry) =>
        entry.Flow is { Pending: > 0 } flow && !entry.Spec.Flow!.EvenIfFailed && flow.Inputs.Exists(static input => input.State > JobState.Succeeded);

    /// <summary>A requeued job takes its place in its flow again, and those that were cancelled because of it wait for it once more.</summary>
    private void Rejoin(JobEntry entry)
    {
        if (entry.Flow!.Pending > 0)
        {
            Move(entry, JobState.Waiting);
        }
        else
        {
            MakeAvailable(entry);
        }
        var revived = new Stack<JobEntry>([entry]);
        while (revived.TryPop(out var again))
        {
            foreach (var (next, place) in again.Flow!.Next)
            {
                if (Unhand(next, place))
                {
                    revived.Push(next);
                }
            }
        }
    }

    /// <summary>Takes the end of a job back from one that waits for it. True if that one, which it had cancelled, waits again.</summary>
    private bool Unhand(JobEntry next, int place)
    {
        var flow = next.Flow!;
        if (flow.Inputs[place].State is null || flow.Pending == 0 || !_jobs.ContainsKey(next.Spec.Id))
        {
            // Nothing was handed on; or it has run with what it was given; or it is kept no longer.
            return false;
        }
        flow.Inputs[place] = new LinkedJob(flow.Inputs[place].Id, "", null, null, null);
        if (next.Spec.Flow!.EvenIfFailed)
        {
            flow.Pending++;
            return false;
        }
        if (next.State != JobState.Cancelled || next.Error?.Type != BrokenFlow.Type || IsBlocked(next))
        {
            return false;
        }
        next.Error = null;
        Move(next, JobState.Waiting);
        AddMove(next);
        return true;
    }

    private void AddMove(JobEntry entry) =>
        (_moves ??= []).Add(new JobMove(entry.Spec.Id, entry.Spec.Name, entry.State, entry.State == JobState.Scheduled ? entry.DueAt : null, entry.Error));

    /// <summary>Tells of the moves there were. Called without the lock.</summary>
    private void TellMoved()
    {
        if (Volatile.Read(ref _moves) is null)
        {
            return;
        }
        List<JobMove>? moves;
        lock (_lock)
        {
            (moves, _moves) = (_moves, null);
        }
        if (moves is not null)
        {
            Moved?.Invoke(moves);
        }
    }

    private void ForgetChild(JobEntry entry)
    {
        if (entry.Spec.Parent is { } parent && _children.TryGetValue(parent, out var siblings))
        {
            siblings.Remove(entry);
            if (siblings.Count == 0)
            {
                _children.Remove(parent);
            }
        }
    }
}
