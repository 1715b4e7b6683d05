using Realtime.Jobs;

namespace Realtime;

/// <summary>A flow whose last job, or whose group of last jobs, has a result.</summary>
/// <typeparam name="TResult">The result; of a group, an array of its members' results in their order.</typeparam>
public sealed class Flow<TResult> : Flow
{
    internal Flow(JobQueue queue, FlowPart part, Flow? before = null, bool always = false)
        : base(queue, part, before, always)
    {
    }

    /// <summary>Adds a job that runs when this flow has succeeded, with its result as the arguments. Behind a group, it is the join.</summary>
    /// <typeparam name="TNext">What the job returns.</typeparam>
    /// <param name="next">The job.</param>
    /// <param name="options">What else to say about it; null for nothing. A delay begins when the flow before it has ended. Keys are not for jobs of flows.</param>
    public Flow<TNext> Then<TNext>(Job<TResult, TNext> next, EnqueueOptions? options = null) => new(Queue, Step(next, options), this);

    /// <inheritdoc cref="Then{TNext}(Job{TResult, TNext}, EnqueueOptions)"/>
    public Flow Then(Job<TResult> next, EnqueueOptions? options = null) => new(Queue, Step(next, options), this);

    /// <summary>Adds a group of jobs that run side by side when this flow has succeeded, each with its result as the arguments.</summary>
    /// <typeparam name="TNext">What each returns.</typeparam>
    /// <param name="next">The jobs.</param>
    public Flow<TNext[]> ThenGroup<TNext>(params IEnumerable<Job<TResult, TNext>> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new(Queue, new FlowGroup([.. next.Select(job => new Flow<TNext>(Queue, Step(job, options: null)))]), this);
    }

    /// <inheritdoc cref="Flow.EnqueueAsync"/>
    public new async ValueTask<JobHandle<TResult>> EnqueueAsync(JobContext? parent = null, CancellationToken cancellationToken = default)
    {
        var (enqueued, name) = await new FlowPlan(Queue).EnqueueAsync(this, parent?.Id, cancellationToken);
        return new JobHandle<TResult>(Queue, enqueued, name);
    }

    private static FlowStep Step(Job next, EnqueueOptions? options)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new FlowStep(next, Args: null, options);
    }
}
