namespace Realtime.Jobs;

/// <summary>Takes back the jobs of nodes that are gone: those whose lease ran out, and those whose process is certainly dead.</summary>
internal sealed class Rescuer(JobRuntime runtime, JobNode node)
{
    /// <summary>One sweep.</summary>
    public async ValueTask SweepAsync(CancellationToken cancellationToken)
    {
        var nodes = await runtime.Store.NodesAsync(cancellationToken);
        long[] dead = [.. nodes.Where(other => other.Id != node.Id && ProcessIdentity.IsCertainlyDead(other)).Select(static other => other.Id)];
        var rescued = await runtime.Store.RescueAsync(dead, cancellationToken);
        if (rescued.Count == 0)
        {
            return;
        }
        JobLog.Rescued(runtime.Logger, rescued.Count);
        runtime.Work.Set();
        foreach (var job in rescued)
        {
            if (job.State == JobState.Available)
            {
                runtime.Feed.Touch(job.Id);
            }
            else
            {
                runtime.Feed.Ended(job.Id, null);
            }
        }
    }
}
