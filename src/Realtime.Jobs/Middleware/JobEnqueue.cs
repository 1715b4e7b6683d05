using Realtime.Jobs;

namespace Realtime;

/// <summary>Jobs on their way into the store: one, or many in one write.</summary>
public sealed class JobEnqueue
{
    internal JobEnqueue(IReadOnlyList<JobSpec> specs, CancellationToken cancellation)
    {
        Jobs = [.. specs.Select(static spec => new EnqueuedJob(spec))];
        Cancellation = cancellation;
    }

    /// <summary>The jobs, at least one.</summary>
    public IReadOnlyList<EnqueuedJob> Jobs { get; }

    /// <summary>Fires when the one who enqueues gives up.</summary>
    public CancellationToken Cancellation { get; }
}
