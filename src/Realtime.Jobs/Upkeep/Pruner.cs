namespace Realtime.Jobs;

/// <summary>Removes finished jobs whose retention is over, a few at a time, so that nothing else waits long.</summary>
internal sealed class Pruner(JobRuntime runtime)
{
    private const int AtOnce = 500;

    public async ValueTask SweepAsync(CancellationToken cancellationToken)
    {
        while (await runtime.Store.PruneAsync(AtOnce, cancellationToken) == AtOnce)
        {
            await Task.Yield();
        }
    }
}
