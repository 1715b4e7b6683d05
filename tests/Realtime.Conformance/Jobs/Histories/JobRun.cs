using Realtime.Jobs;
using Realtime.Testing;

namespace Realtime.Conformance.Jobs;

/// <summary>Takes a store and the model through one history, and compares them after every step.</summary>
internal sealed class JobRun(Func<TimeProvider, IJobStore> createStore, bool survives) : IAsyncDisposable
{
    private const int NodeCount = 3;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);
    private static readonly string[] Queues = ["a", "b"];

    private readonly ManualTimeProvider _time = new();
    private readonly JobModel _model = new();
    private readonly List<JobMove> _moves = [];
    private readonly List<JobRecord> _claims = [];
    private IJobStore _store = null!;

    public async Task RunAsync(IReadOnlyList<JobStep> steps)
    {
        await OpenAsync();
        foreach (var step in steps)
        {
            await TakeAsync(step);
        }
        await CountAsync();
        await FinishAsync();
        await CountAsync();
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task TakeAsync(JobStep step)
    {
        _model.Now = _time.GetUtcNow();
        var node = (step.Which % NodeCount) + 1L;
        var job = _model.Jobs.Count > 0 ? _model.Jobs[step.Which % _model.Jobs.Count] : null;
        switch (step.Kind)
        {
            case JobStepKind.Enqueue:
                var plain = Spec(new Random((step.Which * 1000) + step.How));
                await _store.EnqueueAsync(plain, default);
                _model.Enqueue([plain], []);
                break;
            case JobStepKind.EnqueueFlow:
                await EnqueueFlowAsync(new Random((step.Which * 1000) + step.How), job);
                break;
            case JobStepKind.Claim:
                await ClaimAsync(node, Queues[step.How % 2], 1 + (step.How % 5));
                break;
            case JobStepKind.Complete when Held() is { Count: > 0 } held:
                await CompleteAsync(held[step.Which % held.Count], step.How);
                break;
            case JobStepKind.CompleteLate when _claims.Count > 0:
                // Best of a job that another attempt has now.
                var late = _claims.FindAll(claim => _model.Jobs.Exists(job => job.Spec.Id == claim.Spec.Id && job.State == JobState.Running && job.Attempt > claim.Attempt));
                late = late.Count > 0 ? late : _claims;
                await CompleteAsync(late[step.Which % late.Count], step.How);
                break;
            case JobStepKind.Report when _claims.Count > 0:
                await ReportAsync(_claims[step.Which % _claims.Count], step.How);
                break;
            case JobStepKind.Cancel when job is not null && step.How % 3 > 0:
                var running = _model.Jobs.FindAll(static other => other.State == JobState.Running);
                job = running.Count > 0 && step.How % 3 == 1 ? running[step.Which % running.Count] : job;
                _model.Cancel(job);
                Expect($"what the cancel of job {job.Number} gives", (JobState?)job.State, await _store.CancelAsync(job.Spec.Id, default));
                break;
            case JobStepKind.Requeue when job is not null:
                // Best one that there is another chance for.
                var dead = _model.Jobs.FindAll(static other => other.State > JobState.Succeeded);
                job = dead.Count > 0 && step.How % 4 > 0 ? dead[step.Which % dead.Count] : job;
                _model.Requeue(job);
                Expect($"what the requeue of job {job.Number} gives", (JobState?)job.State, await _store.RequeueAsync(job.Spec.Id, default));
                break;
            case JobStepKind.Pause:
                await PauseAsync(Queues[step.How % 2], step.Which % 2 == 0);
                break;
            case JobStepKind.Beat:
                await BeatAsync(node);
                break;
            case JobStepKind.Advance:
                _time.Advance(TimeSpan.FromSeconds(step.How % 12));
                break;
            case JobStepKind.Stage:
                Expect("what staging gives", _model.Stage(), await _store.StageAsync(1000, default));
                break;
            case JobStepKind.Rescue:
                await RescueAsync([]);
                break;
            case JobStepKind.Kill when step.How % 2 == 0:
                await RescueAsync([node]);
                break;
            case JobStepKind.Retire when step.How % 2 == 0:
                _model.Retire(node);
                await _store.RetireAsync(node, default);
                break;
            case JobStepKind.Prune:
                Expect("how many are pruned", _model.Prune(), await _store.PruneAsync(1000, default));
                break;
            case JobStepKind.Restart when survives:
                await _store.DisposeAsync();
                await OpenAsync();
                break;
        }
        await CompareAsync(step);
    }

    // Whatever happened, everything ends once the nodes live and the jobs do not fail.
    private async Task FinishAsync()
    {
        await PauseAsync(Queues[0], false);
        await PauseAsync(Queues[1], false);
        for (var turn = 0; _model.Jobs.Exists(static job => !job.IsFinal); turn++)
        {
            if (turn == 500)
            {
                throw new JobFailure("Jobs are left that never end: " + string.Join(", ", _model.Jobs.Where(static job => !job.IsFinal).Select(static job => $"{job.Number} {job.State}")));
            }
            _time.Advance(TimeSpan.FromSeconds(5));
            await TakeAsync(new JobStep(JobStepKind.Rescue, 0, 0));
            await TakeAsync(new JobStep(JobStepKind.Beat, turn, 0));
            await TakeAsync(new JobStep(JobStepKind.Stage, 0, 0));
            await TakeAsync(new JobStep(JobStepKind.Claim, turn, turn));
            while (Held() is { Count: > 0 } held)
            {
                await CompleteAsync(held[0], 0);
            }
            await CompareAsync(new JobStep(JobStepKind.Complete, 0, 0));
        }
    }

    private async Task CountAsync()
    {
        var counts = await _store.CountAsync(default);
        Expect(
            "how many jobs are where",
            string.Join(", ", _model.Jobs.GroupBy(static job => $"{job.Spec.Queue} {job.State}").Select(static group => $"{group.Key} {group.Count()}").Order(StringComparer.Ordinal)),
            string.Join(", ", counts.Select(static count => $"{count.Queue} {count.State} {count.Count}").Order(StringComparer.Ordinal)));
    }

    private async Task OpenAsync()
    {
        _store = createStore(_time);
        _store.Moved = moves =>
        {
            lock (_moves)
            {
                _moves.AddRange(moves);
            }
        };
        await _store.OpenAsync(default);
    }

    private List<JobRecord> Held() =>
        [.. _claims.Where(claim => _model.Jobs.Exists(job => job.Spec.Id == claim.Spec.Id && job.IsHeldBy(claim.Node!.Value, claim.Attempt)))];

    private async Task EnqueueFlowAsync(Random random, ModelJob? parent)
    {
        JobSpec[] jobs = new JobSpec[random.Next(1, 6)];
        var above = random.Next(3) == 0 ? parent?.Spec.Id : null;
        for (var index = jobs.Length - 1; index >= 0; index--)
        {
            var flow = new JobFlow
            {
                EvenIfFailed = random.Next(5) == 0,
                Delay = random.Next(4) == 0 ? TimeSpan.FromSeconds(random.Next(1, 20)) : TimeSpan.Zero,
                Input = FlowInput.Results,
            };
            // Under the last, as flows are; or under each other.
            jobs[index] = Spec(random, flow, index == jobs.Length - 1 ? above : random.Next(4) == 0 ? jobs[index + 1].Id : jobs[^1].Id);
        }
        var links = from after in Enumerable.Range(0, jobs.Length)
                    from before in Enumerable.Range(0, after)
                    where random.Next(2) == 0
                    select new JobLink(jobs[before].Id, jobs[after].Id);
        JobLink[] some = [.. links];
        await _store.EnqueueFlowAsync(jobs, some, default);
        _model.Enqueue(jobs, some);
    }

    private async Task ClaimAsync(long node, string queue, int count)
    {
        var claimed = (await _store.ClaimAsync(node, [new QueueDemand(queue, count)], default)).Jobs;
        var waiting = _model.Jobs.Where(job => job.State == JobState.Available && job.Spec.Queue == queue).ToList();
        Expect($"how many node {node} is given", _model.IsAlive(node) && !_model.Paused.Contains(queue) ? Math.Min(count, waiting.Count) : 0, claimed.Count);
        foreach (var claim in claimed)
        {
            // Which of several is not promised; that it waited is.
            var job = waiting.Find(job => job.Spec.Id == claim.Spec.Id) ?? throw new JobFailure($"Node {node} was given a job that does not wait: {Name(claim.Spec.Id)}.");
            waiting.Remove(job);
            _model.Claim(node, job);
            var inputs = await _store.InputsAsync(job.Spec.Id, default);
            Expect(
                $"the inputs of job {job.Number}",
                string.Join(", ", job.Before.Select(static link => $"{link.Job.Number} {link.End} {link.Result}")),
                string.Join(", ", inputs.Select(input => $"{job.Before.Find(link => link.Job.Spec.Id == input.Id)?.Job.Number} {input.State} {input.Result?.Single()}")));
        }
        _claims.AddRange(claimed);
    }

    private async Task PauseAsync(string queue, bool paused)
    {
        _ = paused ? _model.Paused.Add(queue) : _model.Paused.Remove(queue);
        await _store.PauseAsync(queue, paused, default);
        Expect("which queues are paused", string.Join(", ", _model.Paused.Order(StringComparer.Ordinal)), string.Join(", ", (await _store.PausedQueuesAsync(default)).Order(StringComparer.Ordinal)));
    }

    private async Task CompleteAsync(JobRecord claim, int how)
    {
        var outcome = new JobOutcome
        {
            Id = claim.Spec.Id,
            Attempt = claim.Attempt,
            State = (how % 9) switch
            {
                0 or 1 or 2 => JobState.Succeeded,
                3 => JobState.Failed,
                4 => JobState.Quarantined,
                5 => JobState.Available,
                6 => JobState.Cancelled,
                _ => JobState.Scheduled,
            },
            IsUncounted = how % 4 == 0,
            DueAt = _time.GetUtcNow() + TimeSpan.FromSeconds(how % 7),
            Error = how % 9 is 3 or 4 or 7 ? new JobError($"E{how % 4}", "m") : null,
            Result = how % 9 is 0 or 1 ? [(byte)how] : null,
            Progress = how % 5 == 0 ? how / 1000.0 : null,
        };
        var job = _model.Jobs.Find(job => job.Spec.Id == claim.Spec.Id);
        var expected = job is null ? null : _model.Complete(claim.Node!.Value, job, outcome);
        var state = (await _store.CompleteAsync(claim.Node!.Value, [outcome], default))[0];
        Expect($"what the end of attempt {claim.Attempt} at job {job?.Number} gives", expected, state);
    }

    private async Task ReportAsync(JobRecord claim, int how)
    {
        var job = _model.Jobs.Find(job => job.Spec.Id == claim.Spec.Id);
        var holds = job?.IsHeldBy(claim.Node!.Value, claim.Attempt) is true;
        var held = await _store.ReportAsync(claim.Node!.Value, [new JobProgress(claim.Spec.Id, claim.Attempt, how / 1000.0, null)], default);
        Expect("whether progress is taken", holds, held[0]);
        var (step, result) = ($"step {how % 3}", new[] { (byte)how });
        Expect("whether a step is taken", holds, await _store.SaveStepAsync(claim.Node!.Value, claim.Spec.Id, claim.Attempt, step, result, default));
        if (holds)
        {
            job!.Progress = how / 1000.0;
            job.Steps.TryAdd(step, result);
            var steps = await _store.StepsAsync(job.Spec.Id, default);
            Expect(
                $"the steps of job {job.Number}",
                string.Join(", ", job.Steps.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key} {pair.Value[0]}")),
                string.Join(", ", steps.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key} {pair.Value[0]}")));
        }
    }

    private async Task BeatAsync(long node)
    {
        var renewed = _model.Beat(node, Lease);
        var beat = await _store.HeartbeatAsync(new JobNode(node, "", 0, 0), Lease, default);
        Expect($"whether the lease of node {node} lived", renewed, beat.Renewed);
        Expect(
            $"what node {node} is to cancel",
            Names(_model.Jobs.Where(job => job.State == JobState.Running && job.Node == node && job.CancelRequested).Select(static job => job.Spec.Id)),
            Names(beat.CancelRequested));
    }

    private async Task RescueAsync(long[] dead)
    {
        var expected = _model.Rescue(dead);
        var rescued = await _store.RescueAsync(dead, default);
        Expect("what is taken back", Names(expected.Select(static job => job.Id)), Names(rescued.Select(static job => job.Id)));
        Expect(
            "where it goes",
            string.Join(", ", expected.OrderBy(static job => job.Id).Select(static job => job.State)),
            string.Join(", ", rescued.OrderBy(static job => job.Id).Select(static job => job.State)));
    }

    private async Task CompareAsync(JobStep step)
    {
        foreach (var job in _model.Jobs)
        {
            var record = await _store.FindAsync(job.Spec.Id, default) ?? throw new JobFailure($"After {step}: job {job.Number} is gone.");
            Expect($"job {job.Number} after {step}", job.Describe(), ModelJob.Describe(record));
        }
        List<JobMove> moves;
        lock (_moves)
        {
            moves = [.. _moves];
            _moves.Clear();
        }
        Expect(
            $"what {step} made of others",
            string.Join(", ", _model.Moved.Select(move => $"{Name(move.Id)} {move.State}").Order(StringComparer.Ordinal)),
            string.Join(", ", moves.Select(move => $"{Name(move.Id)} {move.State}").Order(StringComparer.Ordinal)));
        _model.Moved.Clear();
    }

    private JobSpec Spec(Random random, JobFlow? flow = null, Guid? parent = null)
    {
        var now = _time.GetUtcNow();
        return new JobSpec
        {
            Id = Guid.CreateVersion7(now),
            Name = "job",
            Queue = Queues[random.Next(2)],
            Args = [],
            Priority = random.Next(-1, 2),
            MaxAttempts = random.Next(1, 4),
            EnqueuedAt = now,
            DueAt = random.Next(4) == 0 ? now.AddSeconds(random.Next(-2, 15)) : null,
            Retention = random.Next(3) == 0 ? TimeSpan.FromSeconds(random.Next(20)) : TimeSpan.FromDays(1),
            Parent = parent,
            Flow = flow,
        };
    }

    private string Name(Guid id) => _model.Jobs.Find(job => job.Spec.Id == id) is { } job ? $"job {job.Number}" : $"{id}";

    private string Names(IEnumerable<Guid> ids) => string.Join(", ", ids.Select(Name).Order(StringComparer.Ordinal));

    private static void Expect<T>(string what, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new JobFailure($"{what}:\n    expected {expected}\n    was      {actual}");
        }
    }
}

/// <summary>A store did something else than the model.</summary>
internal sealed class JobFailure(string message) : Exception(message);
