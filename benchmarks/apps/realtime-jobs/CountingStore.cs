using System.Reflection;
using Realtime;
using Realtime.Jobs;

/// <summary>A store that tells when so many outcomes are recorded: asking it again and again would cost more than the jobs.</summary>
public class CountingStore : DispatchProxy
{
    private readonly TaskCompletionSource _recorded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IJobStore _inner = null!;
    private int _left;

    internal static (IJobStore Store, Task Recorded) Over(IJobStore inner, int outcomes)
    {
        var store = Create<IJobStore, CountingStore>();
        var counting = (CountingStore)(object)store;
        (counting._inner, counting._left) = (inner, outcomes);
        return (store, counting._recorded.Task);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod!.Invoke(_inner, args);
        return targetMethod.Name == nameof(IJobStore.CompleteAsync) ? CountAsync((ValueTask<IReadOnlyList<JobState?>>)result!) : result;
    }

    private async ValueTask<IReadOnlyList<JobState?>> CountAsync(ValueTask<IReadOnlyList<JobState?>> recording)
    {
        var states = await recording;
        if (Interlocked.Add(ref _left, -states.Count) <= 0)
        {
            _recorded.TrySetResult();
        }
        return states;
    }
}
