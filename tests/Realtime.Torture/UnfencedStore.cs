using System.Reflection;
using Realtime.Jobs;

namespace Realtime.Torture;

/// <summary>A store without its fence: it records an end for whoever holds the job now.</summary>
internal class UnfencedStore : DispatchProxy
{
    private IJobStore _store = null!;

    public static IJobStore Around(IJobStore store)
    {
        var proxy = Create<IJobStore, UnfencedStore>();
        ((UnfencedStore)(object)proxy)._store = store;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IJobStore.CompleteAsync))
        {
            return CompleteAsync((IReadOnlyList<JobOutcome>)args![1]!);
        }
        try
        {
            return targetMethod.Invoke(_store, args);
        }
        catch (TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }
    }

    private async ValueTask<IReadOnlyList<JobState?>> CompleteAsync(IReadOnlyList<JobOutcome> outcomes)
    {
        var states = new JobState?[outcomes.Count];
        for (var index = 0; index < states.Length; index++)
        {
            var outcome = outcomes[index];
            if (await _store.FindAsync(outcome.Id, default) is { State: JobState.Running } now)
            {
                var taken = new JobOutcome
                {
                    Id = outcome.Id,
                    Attempt = now.Attempt,
                    State = outcome.State,
                    DueAt = outcome.DueAt,
                    Result = outcome.Result,
                    Error = outcome.Error,
                };
                states[index] = (await _store.CompleteAsync(now.Node!.Value, [taken], default))[0];
            }
        }
        return states;
    }
}
