using Realtime.Jobs;

namespace Realtime;

/// <summary>A job that was enqueued and returns a result.</summary>
/// <typeparam name="TResult">What its handler returns.</typeparam>
public sealed class JobHandle<TResult> : JobHandle
{
    internal JobHandle(JobQueue queue, EnqueueResult enqueued, string name)
        : base(queue, enqueued, name)
    {
    }

    /// <inheritdoc cref="JobHandle.ResultAsync{T}"/>
    public Task<TResult> ResultAsync(CancellationToken cancellationToken = default) => ResultAsync<TResult>(cancellationToken);
}
