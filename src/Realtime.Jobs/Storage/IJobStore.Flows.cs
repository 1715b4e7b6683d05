namespace Realtime.Jobs;

public partial interface IJobStore
{
    /// <summary>
    /// Called with the jobs that were released, cancelled or marked because of what happened to another job, once that is recorded. It
    /// does not block. Set once, before <see cref="OpenAsync"/>; null for nobody.
    /// </summary>
    Action<IReadOnlyList<JobMove>>? Moved { get; set; }

    /// <summary>
    /// Adds the jobs of a flow, all or none. A job with others before it is <see cref="JobState.Waiting"/>. When the last of those has
    /// succeeded, the write that records this makes it available too, and keeps their results for it. When one of them ends
    /// without success, the same write cancels it with <see cref="BrokenFlow"/>, unless it is <see cref="JobFlow.EvenIfFailed"/>; and the jobs
    /// behind it likewise. Also adds plain jobs that have a <see cref="JobSpec.Parent"/>.
    /// </summary>
    /// <param name="jobs">The jobs, without unique keys. Those that are in a link have a <see cref="JobSpec.Flow"/>.</param>
    /// <param name="links">Which waits for which, both among <paramref name="jobs"/>, without a circle. Their order is that of the inputs.</param>
    /// <param name="cancellationToken">Gives up waiting; the jobs may have been added.</param>
    ValueTask EnqueueFlowAsync(IReadOnlyList<JobSpec> jobs, IReadOnlyList<JobLink> links, CancellationToken cancellationToken);

    /// <summary>The jobs that a job of a flow comes after, in the order of their links; none for a plain job.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<LinkedJob>> InputsAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>The kept jobs whose <see cref="JobSpec.Parent"/> a job is, in the order in which they were enqueued.</summary>
    /// <param name="parent">The job. It need not be kept any more.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<JobRecord>> ChildrenAsync(Guid parent, int limit, CancellationToken cancellationToken);
}
