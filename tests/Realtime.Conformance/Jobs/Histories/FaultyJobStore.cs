using System.Reflection;
using Realtime.Jobs;

namespace Realtime.Conformance.Jobs;

/// <summary>A way in which a job store may be wrong.</summary>
public enum JobFault
{
    /// <summary>An end is taken from a worker that lost its job: there is no fence.</summary>
    TakesLateEnds,

    /// <summary>An end is acknowledged, and not recorded.</summary>
    LosesEnds,

    /// <summary>The cancel of a running job leaves no mark.</summary>
    LosesMarks,

    /// <summary>The cancel of a job leaves what is under it alone.</summary>
    LeavesChildren,

    /// <summary>A job waits for all but one of those before it.</summary>
    LosesLinks,

    /// <summary>A job runs though one before it failed.</summary>
    RunsAnyway,

    /// <summary>Results are handed on in another order.</summary>
    SwapsInputs,

    /// <summary>A job is given to two nodes.</summary>
    GivesTwice,

    /// <summary>The requeue of a job that ended does nothing.</summary>
    LosesRequeues,

    /// <summary>A paused queue goes on.</summary>
    IgnoresPause,

    /// <summary>Jobs are taken from a node that lives.</summary>
    RescuesTheLiving,
}

/// <summary>A store with a planted fault, to show that the histories find it.</summary>
public class FaultyJobStore : DispatchProxy
{
    private IJobStore _inner = null!;
    private JobFault _fault;
    private readonly List<JobRecord> _given = [];

    /// <summary>Plants a fault in a store.</summary>
    public static IJobStore Around(IJobStore store, JobFault fault)
    {
        var proxy = Create<IJobStore, FaultyJobStore>();
        var faulty = (FaultyJobStore)(object)proxy;
        (faulty._inner, faulty._fault) = (store, fault);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => (_fault, targetMethod!.Name) switch
    {
        (JobFault.TakesLateEnds, nameof(IJobStore.CompleteAsync)) => WithoutFenceAsync((IReadOnlyList<JobOutcome>)args![1]!),
        (JobFault.LosesEnds, nameof(IJobStore.CompleteAsync)) => new ValueTask<IReadOnlyList<JobState?>>(
            [.. ((IReadOnlyList<JobOutcome>)args![1]!).Select(static outcome => (JobState?)outcome.State)]),
        (JobFault.LosesMarks, nameof(IJobStore.CancelAsync)) => CancelWithoutMarkAsync((Guid)args![0]!),
        (JobFault.LeavesChildren or JobFault.LosesLinks or JobFault.RunsAnyway, nameof(IJobStore.EnqueueFlowAsync)) =>
            EnqueueAsync((IReadOnlyList<JobSpec>)args![0]!, (IReadOnlyList<JobLink>)args[1]!),
        (JobFault.SwapsInputs, nameof(IJobStore.InputsAsync)) => SwapAsync((Guid)args![0]!),
        (JobFault.GivesTwice, nameof(IJobStore.ClaimAsync)) => ClaimTwiceAsync((long)args![0]!, (IReadOnlyList<QueueDemand>)args[1]!),
        (JobFault.LosesRequeues, nameof(IJobStore.RequeueAsync)) when args![0] is Guid id => RequeueAloneAsync(id),
        (JobFault.IgnoresPause, nameof(IJobStore.PauseAsync)) => default(ValueTask),
        (JobFault.RescuesTheLiving, nameof(IJobStore.RescueAsync)) => RescueAllAsync(),
        _ => targetMethod.Invoke(_inner, args),
    };

    private async ValueTask<IReadOnlyList<JobState?>> WithoutFenceAsync(IReadOnlyList<JobOutcome> outcomes)
    {
        var states = new List<JobState?>();
        foreach (var outcome in outcomes)
        {
            var now = await _inner.FindAsync(outcome.Id, default);
            var open = new JobOutcome
            {
                Id = outcome.Id,
                Attempt = now?.Attempt ?? 0,
                State = outcome.State,
                DueAt = outcome.DueAt,
                Result = outcome.Result,
                Error = outcome.Error,
                Progress = outcome.Progress,
            };
            states.Add((await _inner.CompleteAsync(now?.Node ?? 0, [open], default))[0]);
        }
        return states;
    }

    private async ValueTask<JobState?> CancelWithoutMarkAsync(Guid id) =>
        await _inner.FindAsync(id, default) is { State: JobState.Running } ? JobState.Running : await _inner.CancelAsync(id, default);

    private ValueTask EnqueueAsync(IReadOnlyList<JobSpec> jobs, IReadOnlyList<JobLink> links) => _fault switch
    {
        JobFault.LosesLinks => _inner.EnqueueFlowAsync(jobs, [.. links.SkipLast(1)], default),
        JobFault.LeavesChildren => _inner.EnqueueFlowAsync([.. jobs.Select(static job => job with { Parent = null })], links, default),
        _ => _inner.EnqueueFlowAsync([.. jobs.Select(static job => job with { Flow = job.Flow is null ? null : job.Flow with { EvenIfFailed = true } })], links, default),
    };

    private async ValueTask<IReadOnlyList<LinkedJob>> SwapAsync(Guid id) => [.. (await _inner.InputsAsync(id, default)).Reverse()];

    private async ValueTask<ClaimResult> ClaimTwiceAsync(long node, IReadOnlyList<QueueDemand> demand)
    {
        var claim = await _inner.ClaimAsync(node, demand, default);
        var jobs = claim.Jobs.Count > 0 && _given.Count > 0 ? [.. claim.Jobs.SkipLast(1), _given[^1]] : claim.Jobs;
        _given.AddRange(claim.Jobs);
        return claim with { Jobs = jobs };
    }

    private async ValueTask<JobState?> RequeueAloneAsync(Guid id) =>
        await _inner.FindAsync(id, default) is { State: > JobState.Succeeded } record ? record.State : await _inner.RequeueAsync(id, default);

    private ValueTask<IReadOnlyList<RescuedJob>> RescueAllAsync() => _inner.RescueAsync([1, 2, 3], default);
}
