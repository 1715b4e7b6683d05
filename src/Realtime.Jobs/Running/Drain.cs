namespace Realtime.Jobs;

/// <summary>Waits until nothing that is due now is left to run.</summary>
internal sealed class Drain(JobRuntime runtime, Scheduler scheduler, Stager stager, Completer completer, IEnumerable<string> queues)
{
    private readonly HashSet<string> _queues = [.. queues];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Taken before looking: what ends in between fires it.
            var activity = runtime.Activity.NextAsync();
            await scheduler.FireDueAsync(cancellationToken);
            await stager.StageAsync(cancellationToken);
            // It has looked in the stager's place, which must set its timer anew.
            runtime.Staging.Set();
            runtime.Work.Set();
            var counts = await runtime.Store.CountAsync(cancellationToken);
            // Told, too: who drains and then looks sees all that happened.
            if (completer.IsIdle && !counts.Any(count => count.State is JobState.Available or JobState.Running && _queues.Contains(count.Queue)))
            {
                return;
            }
            await activity.WaitAsync(cancellationToken);
        }
    }
}
