using Realtime.Jobs;

namespace Realtime;

/// <summary>
/// Jobs that run one after another and side by side, not enqueued yet: a job with its arguments (<c>shrink.With(args)</c>), a chain of them
/// (<see cref="Then(Flow)"/>), a group (<see cref="JobQueue.Group{T}"/>), and a join behind a group. Immutable, and may be enqueued many times.
/// </summary>
/// <remarks>
/// When a job ends without success, those that come after it are cancelled with the reason; jobs beside it go on. When the failed job
/// is requeued, they wait again and the flow goes on. <see cref="Finally(Flow)"/> runs in any case.
/// </remarks>
public class Flow
{
    internal Flow(JobQueue queue, FlowPart part, Flow? before = null, bool always = false)
    {
        Queue = queue;
        Part = part;
        Before = before;
        Always = always;
    }

    internal JobQueue Queue { get; }

    /// <summary>What comes before <see cref="Part"/>; null for nothing.</summary>
    internal Flow? Before { get; }

    internal FlowPart Part { get; }

    /// <summary>Whether <see cref="Part"/> runs however what comes before it ends.</summary>
    internal bool Always { get; }

    /// <summary>Adds a flow that runs when this one has succeeded. It has its own arguments, and is not handed this one's result.</summary>
    /// <param name="next">What comes next.</param>
    public Flow Then(Flow next) => new(Queue, Nested(next), this);

    /// <inheritdoc cref="Then(Flow)"/>
    /// <typeparam name="TNext">Its result.</typeparam>
    public Flow<TNext> Then<TNext>(Flow<TNext> next) => new(Queue, Nested(next), this);

    /// <summary>
    /// Adds a flow that runs when all of this one has ended, however it ended: to clean up, or to tell. How the jobs right before it
    /// ended it learns from <see cref="JobContext.InputsAsync"/>. Only the cancel of the whole flow keeps it from running.
    /// </summary>
    /// <param name="next">What comes at last.</param>
    public Flow Finally(Flow next) => new(Queue, Nested(next), this, always: true);

    /// <inheritdoc cref="Finally(Flow)"/>
    /// <typeparam name="TNext">Its result.</typeparam>
    public Flow<TNext> Finally<TNext>(Flow<TNext> next) => new(Queue, Nested(next), this, always: true);

    /// <summary>Enqueues all jobs of the flow in one write, all or none.</summary>
    /// <param name="parent">The running job that it belongs to: a cancel of that one cancels the flow too. Null for none.</param>
    /// <param name="cancellationToken">Gives up waiting; the flow may have been enqueued.</param>
    /// <returns>
    /// The flow's last job, whose result is the flow's. The others are its <see cref="JobHandle.ChildrenAsync"/>, and are cancelled with it.
    /// </returns>
    /// <exception cref="InvalidOperationException">The app has not started, or the queue is not open.</exception>
    /// <exception cref="JobStoreException">The store could not take the jobs; none was enqueued.</exception>
    public async ValueTask<JobHandle> EnqueueAsync(JobContext? parent = null, CancellationToken cancellationToken = default)
    {
        var (enqueued, name) = await new FlowPlan(Queue).EnqueueAsync(this, parent?.Id, cancellationToken);
        return new JobHandle(Queue, enqueued, name);
    }

    private static NestedFlow Nested(Flow next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new NestedFlow(next);
    }
}
