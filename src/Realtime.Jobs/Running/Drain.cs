namespace Realtime.Jobs;

/// <summary>Waits until nothing that is due now is left to run.</summary>
internal sealed class Drain(JobRuntime runtime, Scheduler scheduler, Stager stager, Fetcher fetcher, Completer completer, NodeLease lease, IReadOnlyList<Lane> lanes)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (claims, ends) = (fetcher.Setback.Count, completer.Setback.Count);
        // Whatever waits by the clock for the store to come back tries now: the clock of who drains stands still, most likely.
        fetcher.Setback.End();
        completer.Setback.End();
        if (!lease.IsHealthy)
        {
            await lease.BeatAsync(cancellationToken);
        }
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
            var failure = fetcher.Setback.Count != claims ? fetcher.Setback.Last
                : completer.Setback.Count != ends ? completer.Setback.Last
                : lease.IsHealthy ? null : lease.Failure;
            if (failure is not null)
            {
                throw new JobStoreException($"Jobs are due, and the store fails: {failure.Message} Drain again when it works.", failure);
            }
            await activity.WaitAsync(cancellationToken);
        }
    }

    private bool WillRun(QueueCount count, IReadOnlyList<string> paused) =>
        lanes.FirstOrDefault(lane => lane.Queue == count.Queue) is { } lane
        && (count.State == JobState.Running || (count.State == JobState.Available && !lane.IsHeld && !paused.Contains(count.Queue)));
}
