namespace Realtime.Jobs;

/// <summary>Waits until nothing that is due now is left to run.</summary>
internal sealed class Drain(JobRuntime runtime, Scheduler scheduler, Stager stager, Completer completer, IReadOnlyList<Lane> lanes)
{
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
            var paused = await runtime.Store.PausedQueuesAsync(cancellationToken);
            if (completer.IsIdle && !counts.Any(count => WillRun(count, paused)))
            {
                return;
            }
            await activity.WaitAsync(cancellationToken);
        }
    }

    private bool WillRun(QueueCount count, IReadOnlyList<string> paused) =>
        lanes.FirstOrDefault(lane => lane.Queue == count.Queue) is { } lane
        && (count.State == JobState.Running || (count.State == JobState.Available && !lane.IsHeld && !paused.Contains(count.Queue)));
}
