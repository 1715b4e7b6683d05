namespace Realtime;

/// <summary>A kind of job that is enqueued with a <typeparamref name="TArgs"/> and returns a <typeparamref name="TResult"/>.</summary>
/// <typeparam name="TArgs">The arguments, which are stored as JSON.</typeparam>
/// <typeparam name="TResult">The result, which is stored as JSON.</typeparam>
public sealed class Job<TArgs, TResult> : Job<TArgs>
{
    internal Job(JobQueue queue, string name, Delegate? handler, JobOptions options)
        : base(queue, name, handler, options)
    {
    }

    /// <inheritdoc cref="Job{TArgs}.EnqueueAsync"/>
    public new ValueTask<JobHandle<TResult>> EnqueueAsync(
        TArgs args, TimeSpan? delay = null, DateTimeOffset? at = null, int? priority = null, CancellationToken cancellationToken = default)
    {
        var enqueued = StoreAsync(args, delay, at, priority, uniqueKey: null, cancellationToken);
        return enqueued.IsCompletedSuccessfully
            ? new ValueTask<JobHandle<TResult>>(new JobHandle<TResult>(Owner, enqueued.Result, Name))
            : AwaitAsync(enqueued);

        async ValueTask<JobHandle<TResult>> AwaitAsync(ValueTask<Guid> pending) => new(Owner, await pending, Name);
    }
}
