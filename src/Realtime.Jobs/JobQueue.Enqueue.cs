using System.Data.Common;
using Realtime.Jobs;

namespace Realtime;

public sealed partial class JobQueue
{
    internal ValueTask<EnqueueResult> EnqueueAsync(JobSpec job, CancellationToken cancellationToken)
    {
        var enqueued = Runtime.EnqueueAsync(job, cancellationToken);
        // Only a job with a key can find another in its way.
        return job.UniqueKey is null ? enqueued : AwaitAsync(enqueued);

        async ValueTask<EnqueueResult> AwaitAsync(ValueTask<EnqueueResult> pending)
        {
            var result = await pending;
            await SettleAsync(job, result, cancellationToken);
            return result;
        }
    }

    internal async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<JobSpec> jobs, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var runtime = Runtime;
        var results = transaction is null
            ? await runtime.EnqueueAsync(jobs, cancellationToken)
            : await runtime.Intake.PassAsync(
                jobs, static (state, cancellation) => state.Store.EnqueueAsync(state.jobs, state.transaction, cancellation), (runtime.Store, jobs, transaction), cancellationToken);
        for (var index = 0; index < jobs.Count; index++)
        {
            if (results[index].Status == EnqueueStatus.Rejected && results[index].Id == jobs[index].Id)
            {
                // Not this one was in the way.
                continue;
            }
            if (transaction is not null && results[index].Replaced is { } replaced)
            {
                // Nothing has happened yet.
                _commits?.Add(replaced);
                continue;
            }
            await SettleAsync(jobs[index], results[index], cancellationToken);
        }
        return results;
    }

    /// <summary>Throws for a rejected job, and tells whoever waits for a replaced one.</summary>
    private async ValueTask SettleAsync(JobSpec job, EnqueueResult result, CancellationToken cancellationToken)
    {
        if (result.Status == EnqueueStatus.Rejected)
        {
            throw new JobConflictException(job.Name, job.UniqueKey, result.Id);
        }
        if (result.Replaced is { } replaced)
        {
            await TellCancelAsync(Runtime, replaced, result.ReplacedState, cancellationToken);
        }
    }
}
