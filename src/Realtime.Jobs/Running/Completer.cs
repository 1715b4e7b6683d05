using System.Threading.Channels;

namespace Realtime.Jobs;

/// <summary>
/// Records how attempts ended, in batches: at once when it is idle, and whatever came in meanwhile when it is not. Never a debounce.
/// </summary>
internal sealed class Completer(JobRuntime runtime, long node)
{
    private const int MostAtOnce = 1024;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    private readonly Channel<EndedAttempt> _ended = Channel.CreateBounded<EndedAttempt>(new BoundedChannelOptions(4 * MostAtOnce)
    {
        SingleReader = true,
    });

    private int _untold;

    /// <summary>What it does while the store fails.</summary>
    public Setback Setback { get; } = new(runtime);

    /// <summary>Whether every outcome it was given is recorded and told.</summary>
    public bool IsIdle => Volatile.Read(ref _untold) == 0;

    public ValueTask AddAsync(EndedAttempt ended)
    {
        Interlocked.Increment(ref _untold);
        return _ended.Writer.WriteAsync(ended);
    }

    /// <summary>No more will come: <see cref="RunAsync"/> ends when what is there is recorded.</summary>
    public void Close() => _ended.Writer.TryComplete();

    /// <summary>Records until closed; gives up what it cannot record when the token fires.</summary>
    public async Task RunAsync(CancellationToken hurry)
    {
        var batch = new List<EndedAttempt>(MostAtOnce);
        var outcomes = new List<JobOutcome>(MostAtOnce);
        while (await _ended.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (batch.Count < MostAtOnce && _ended.Reader.TryRead(out var ended))
            {
                batch.Add(ended);
                outcomes.Add(ended.Outcome);
            }
            if (await RecordAsync(outcomes, hurry) is { } states)
            {
                for (var index = 0; index < batch.Count; index++)
                {
                    Tell(batch[index], states[index]);
                }
            }
            Interlocked.Add(ref _untold, -batch.Count);
            batch.Clear();
            outcomes.Clear();
            if (runtime.HasLimits)
            {
                // Only now, recorded, has a job given its room in a limit back.
                runtime.Work.Set();
            }
            runtime.Activity.Fire();
        }
    }

    private async ValueTask<IReadOnlyList<JobState?>?> RecordAsync(List<JobOutcome> outcomes, CancellationToken hurry)
    {
        while (true)
        {
            Exception failure;
            try
            {
                return await runtime.Store.CompleteAsync(node, outcomes, CancellationToken.None);
            }
            catch (Exception exception)
            {
                if (hurry.IsCancellationRequested)
                {
                    JobLog.OutcomesLost(runtime.Logger, exception, outcomes.Count);
                    return null;
                }
                // A full disk or a busy database passes; the outcomes wait here, and the fence keeps them from doing harm later.
                JobLog.CompleteFailed(runtime.Logger, exception, outcomes.Count, Wait);
                failure = exception;
            }
            try
            {
                await Setback.WaitAsync(failure, Wait, hurry);
            }
            catch (OperationCanceledException)
            {
                // One last try.
            }
        }
    }

    private void Tell(EndedAttempt ended, JobState? state)
    {
        var (record, outcome, context) = ended;
        switch (state)
        {
            case null:
                JobLog.LostLease(runtime.Logger, record.Spec.Name, record.Spec.Id, record.Attempt);
                return;
            case JobState.Available or JobState.Scheduled:
                runtime.Feed.Touch(record.Spec.Id);
                runtime.Announce(outcome.DueAt);
                if (runtime.Feed.IsObserved)
                {
                    context?.ShowLastProgress();
                    runtime.Feed.Publish(new JobRetrying(record.Spec.Id, record.Spec.Name, record.Attempt, outcome.DueAt, outcome.Error));
                }
                return;
            default:
                TellEnd(record, outcome, context, state.Value);
                return;
        }
    }

    private void TellEnd(JobRecord record, JobOutcome outcome, JobContext? context, JobState state)
    {
        runtime.Feed.Touch(record.Spec.Id);
        if (!runtime.Feed.IsObserved && !runtime.Feed.IsAwaited)
        {
            return;
        }
        var status = JobStatus.From(record, state, outcome.Result, outcome.Error ?? record.Error, runtime.Time.GetUtcNow()) with
        {
            Progress = outcome.Progress ?? record.Progress,
            Message = outcome.Message ?? record.Message,
        };
        context?.ShowLastProgress();
        if (runtime.Feed.IsObserved)
        {
            runtime.Feed.Publish(new JobFinished(record.Spec.Id, record.Spec.Name, state, status.Result, status.Error));
        }
        runtime.Feed.Ended(record.Spec.Id, status);
    }
}
