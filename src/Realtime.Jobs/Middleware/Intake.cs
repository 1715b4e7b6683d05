using System.Diagnostics;

namespace Realtime.Jobs;

/// <summary>What every enqueue passes on its way to the store: traces, meters and the app's middleware. Nothing of it costs where there is none.</summary>
internal sealed class Intake(JobMeters meters, IReadOnlyList<Func<JobEnqueue, EnqueueDelegate, ValueTask>> middleware)
{
    /// <summary>Whether an enqueue may go straight to the store.</summary>
    public bool IsOpen => middleware.Count == 0 && Activity.Current is null && !meters.HearsEnqueues;

    /// <summary>Enqueues through it.</summary>
    /// <param name="jobs">The jobs, at least one.</param>
    /// <param name="store">Writes the jobs, which may have changed in the meantime.</param>
    /// <param name="state">What it needs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<TResult> PassAsync<TState, TResult>(
        IReadOnlyList<JobSpec> jobs, Func<TState, CancellationToken, ValueTask<TResult>> store, TState state, CancellationToken cancellationToken)
    {
        using var watched = meters.Enqueue(jobs);
        try
        {
            if (middleware.Count == 0)
            {
                return await store(state, cancellationToken);
            }
            var (isWritten, result) = (false, default(TResult)!);
            var next = new EnqueueDelegate(async enqueue =>
            {
                result = await store(state, enqueue.Cancellation);
                isWritten = true;
            });
            for (var index = middleware.Count - 1; index >= 0; index--)
            {
                var (one, inner) = (middleware[index], next);
                next = enqueue => one(enqueue, inner);
            }
            await next(new JobEnqueue(jobs, cancellationToken));
            return isWritten
                ? result
                : throw new InvalidOperationException("Nothing was enqueued: an enqueue middleware returned without calling next. To refuse a job, throw.");
        }
        catch (Exception exception)
        {
            watched.Fail(exception);
            throw;
        }
    }
}
