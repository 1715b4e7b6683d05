using System.Data.Common;
using Realtime.Jobs;

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

    /// <inheritdoc cref="Job{TArgs}.EnqueueAsync(TArgs, TimeSpan?, DateTimeOffset?, int?, CancellationToken)"/>
    public new ValueTask<JobHandle<TResult>> EnqueueAsync(
        TArgs args, TimeSpan? delay = null, DateTimeOffset? at = null, int? priority = null, CancellationToken cancellationToken = default)
    {
        var enqueued = Owner.EnqueueAsync(Spec(args, delay, at, priority), cancellationToken);
        return enqueued.IsCompletedSuccessfully
            ? new ValueTask<JobHandle<TResult>>(new JobHandle<TResult>(Owner, enqueued.Result, Name))
            : AwaitAsync(enqueued);

        async ValueTask<JobHandle<TResult>> AwaitAsync(ValueTask<EnqueueResult> pending) => new(Owner, await pending, Name);
    }

    /// <inheritdoc cref="Job{TArgs}.EnqueueAsync(TArgs, EnqueueOptions, CancellationToken)"/>
    public new async ValueTask<JobHandle<TResult>> EnqueueAsync(TArgs args, EnqueueOptions options, CancellationToken cancellationToken = default) =>
        new(Owner, await Owner.EnqueueAsync(Spec(args, options), cancellationToken), Name);

    /// <inheritdoc cref="Job{TArgs}.EnqueueAsync(TArgs, DbTransaction, EnqueueOptions, CancellationToken)"/>
    public new async ValueTask<JobHandle<TResult>> EnqueueAsync(
        TArgs args, DbTransaction transaction, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var results = await Owner.EnqueueAsync([Spec(args, options ?? EnqueueOptions.None)], transaction, cancellationToken);
        return new JobHandle<TResult>(Owner, results[0], Name);
    }

    /// <inheritdoc cref="Job{TArgs}.EnqueueManyAsync"/>
    public new async ValueTask<IReadOnlyList<JobHandle<TResult>>> EnqueueManyAsync(
        IEnumerable<TArgs> args,
        TimeSpan? delay = null,
        Func<TArgs, EnqueueOptions>? options = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default)
    {
        var results = await EnqueueAllAsync(args, delay, options, transaction, cancellationToken);
        return [.. results.Select(result => new JobHandle<TResult>(Owner, result, Name))];
    }

    /// <inheritdoc cref="Job{TArgs}.With"/>
    public new Flow<TResult> With(TArgs args, EnqueueOptions? options = null) => new(Owner, Step(args, options));
}
