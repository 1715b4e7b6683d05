using Realtime.Jobs;

namespace Realtime.Conformance.Jobs;

/// <summary>
/// What a job store does, said as plainly as can be: all jobs in one list, and after every change a look at each. Slow, and hard to get
/// wrong.
/// </summary>
internal sealed class JobModel
{
    private readonly Dictionary<long, DateTimeOffset> _leases = [];

    public HashSet<string> Paused { get; } = [];

    public List<ModelJob> Jobs { get; } = [];

    /// <summary>The jobs that became something else because of others, since this was last emptied.</summary>
    public List<(Guid Id, JobState State)> Moved { get; } = [];

    public DateTimeOffset Now { get; set; }

    public IEnumerable<long> Nodes => _leases.Keys;

    public bool IsAlive(long node) => _leases.TryGetValue(node, out var expires) && expires > Now;

    public void Enqueue(IReadOnlyList<JobSpec> jobs, IReadOnlyList<JobLink> links)
    {
        var added = jobs.Select(job => new ModelJob(job, Jobs.Count + jobs.TakeWhile(other => other != job).Count())).ToDictionary(static job => job.Spec.Id);
        foreach (var link in links)
        {
            added[link.After].Before.Add(new ModelLink(added[link.Before]));
        }
        foreach (var job in jobs.Select(job => added[job.Id]))
        {
            job.State = job.Before.Count > 0 ? JobState.Waiting : job.DueAt > Now ? JobState.Scheduled : JobState.Available;
            var parent = Jobs.Concat(added.Values).FirstOrDefault(other => other.Spec.Id == job.Spec.Parent);
            Jobs.Add(job);
            if (parent is { CancelRequested: true })
            {
                CancelOne(job);
            }
        }
        Settle();
    }

    public void Claim(long node, ModelJob job)
    {
        (job.State, job.Node) = (JobState.Running, node);
        job.Attempt++;
    }

    /// <summary>Where a job goes when an attempt ends; null if the attempt does not have it.</summary>
    public JobState? Complete(long node, ModelJob job, JobOutcome outcome)
    {
        if (!job.IsHeldBy(node, outcome.Attempt))
        {
            return null;
        }
        job.Error = outcome.Error?.Type ?? job.Error;
        job.Progress = outcome.Progress ?? job.Progress;
        if (outcome.State >= JobState.Succeeded)
        {
            job.Result = outcome.Result?.Single();
            Finish(job, outcome.State);
        }
        else
        {
            GiveBack(job, outcome.State == JobState.Scheduled ? outcome.DueAt : null, uncounted: outcome.State == JobState.Available || outcome.IsUncounted);
        }
        Settle();
        return job.State;
    }

    public void Cancel(ModelJob job)
    {
        CancelOne(job);
        foreach (var under in Under(job.Spec.Id).Where(static under => !under.IsFinal).ToList())
        {
            CancelOne(under);
            Moved.Add((under.Spec.Id, under.State));
        }
        Settle();
    }

    public bool Beat(long node, TimeSpan lease)
    {
        var was = IsAlive(node);
        _leases[node] = Now + lease;
        return was;
    }

    public List<RescuedJob> Rescue(IReadOnlyCollection<long> dead)
    {
        var rescued = new List<RescuedJob>();
        foreach (var node in _leases.Keys.Where(node => dead.Contains(node) || !IsAlive(node)).ToList())
        {
            _leases.Remove(node);
        }
        foreach (var job in Jobs.Where(job => job.State == JobState.Running && !_leases.ContainsKey(job.Node!.Value)).ToList())
        {
            if (!job.CancelRequested && job.Attempt >= job.MaxAttempts)
            {
                job.Error = LostWorker.Error.Type;
                Finish(job, JobState.Failed);
            }
            else
            {
                GiveBack(job, due: null, uncounted: false);
            }
            rescued.Add(new RescuedJob(job.Spec.Id, job.State));
        }
        Settle();
        return rescued;
    }

    public void Retire(long node)
    {
        _leases.Remove(node);
        foreach (var job in Jobs.Where(job => job.State == JobState.Running && job.Node == node).ToList())
        {
            GiveBack(job, due: null, uncounted: true);
        }
        Settle();
    }

    public StageResult Stage()
    {
        var due = Jobs.Where(job => job.State == JobState.Scheduled && job.DueAt <= Now).ToList();
        due.ForEach(static job => job.State = JobState.Available);
        return new StageResult(due.Count, Jobs.Where(static job => job.State == JobState.Scheduled).Min(static job => job.DueAt));
    }

    public int Prune() => Jobs.RemoveAll(job => job.IsFinal && Now - job.FinishedAt >= job.Spec.Retention);

    public void Requeue(ModelJob job)
    {
        if (job.State == JobState.Scheduled)
        {
            job.State = JobState.Available;
        }
        if (job.State <= JobState.Succeeded || IsBlocked(job))
        {
            return;
        }
        (job.MaxAttempts, job.CancelRequested, job.DueAt, job.FinishedAt) = (job.Attempt + job.Spec.MaxAttempts, false, null, null);
        job.State = job.Before.TrueForAll(static link => link.End is not null) ? JobState.Available : JobState.Waiting;
        WaitAgain(job);
    }

    private static bool IsBlocked(ModelJob job) => !(job.Spec.Flow?.EvenIfFailed ?? true) && job.Before.Exists(static link => link.End > JobState.Succeeded);

    private void WaitAgain(ModelJob requeued)
    {
        foreach (var job in Jobs.Where(job => job.Before.Exists(link => link.Job == requeued && link.End is not null)).ToList())
        {
            if (!IsBlocked(job) && job.Before.TrueForAll(static link => link.End is not null))
            {
                // It has run with what it was given.
                continue;
            }
            job.Before.ForEach(link => link.End = link.Job == requeued ? null : link.End);
            if (job.State == JobState.Cancelled && job.Error == BrokenFlow.Type && !IsBlocked(job))
            {
                (job.State, job.Error, job.FinishedAt) = (JobState.Waiting, null, null);
                Moved.Add((job.Spec.Id, job.State));
                WaitAgain(job);
            }
        }
    }

    private void GiveBack(ModelJob job, DateTimeOffset? due, bool uncounted)
    {
        if (job.CancelRequested)
        {
            Finish(job, JobState.Cancelled);
            return;
        }
        job.MaxAttempts += uncounted ? 1 : 0;
        job.DueAt = due ?? job.DueAt;
        job.Node = null;
        job.State = due > Now ? JobState.Scheduled : JobState.Available;
    }

    private void CancelOne(ModelJob job)
    {
        if (job.IsFinal)
        {
            return;
        }
        job.CancelRequested = true;
        if (job.State != JobState.Running)
        {
            Finish(job, JobState.Cancelled);
        }
    }

    private void Finish(ModelJob job, JobState state) => (job.State, job.Node, job.FinishedAt) = (state, null, Now);

    private IEnumerable<ModelJob> Under(Guid id) =>
        Jobs.Where(job => job.Spec.Parent == id).SelectMany(job => Under(job.Spec.Id).Prepend(job)).DistinctBy(static job => job.Spec.Id);

    // Looks at every job until nothing changes any more.
    private void Settle()
    {
        foreach (var link in Jobs.SelectMany(static job => job.Before).Where(static link => link.End is null && link.Job.IsFinal))
        {
            (link.End, link.Result) = (link.Job.State, link.Job.Result);
        }
        foreach (var job in Jobs.Where(static job => job.State == JobState.Waiting))
        {
            var always = job.Spec.Flow!.EvenIfFailed;
            if (!always && job.Before.Exists(static link => link.End > JobState.Succeeded))
            {
                job.Error = BrokenFlow.Type;
                Finish(job, JobState.Cancelled);
            }
            else if (job.Before.TrueForAll(static link => link.End is not null))
            {
                var delay = job.Spec.Flow.Delay;
                job.DueAt = delay > TimeSpan.Zero ? Now + delay : job.DueAt;
                job.State = delay > TimeSpan.Zero ? JobState.Scheduled : JobState.Available;
            }
            else
            {
                continue;
            }
            Moved.Add((job.Spec.Id, job.State));
            Settle();
            return;
        }
    }
}
