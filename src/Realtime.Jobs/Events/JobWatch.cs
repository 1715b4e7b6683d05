using System.Runtime.CompilerServices;

namespace Realtime.Jobs;

/// <summary>
/// What happens to one job, as its store shows it: the same from every process. What happens in this process wakes it; what happens
/// elsewhere is polled for.
/// </summary>
internal sealed class JobWatch(JobRuntime runtime, TimeSpan pollInterval, Guid id)
{
    private const int AtOnce = 200;

    private int _attempt;
    private JobState _state = JobState.Running;
    private (double? Fraction, string? Message) _progress;
    private long _line;

    /// <exception cref="KeyNotFoundException">There is no such job, or no longer.</exception>
    public async IAsyncEnumerable<JobEvent> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wake = runtime.Feed.Watch(id);
        var ended = runtime.Feed.Wait(id);
        try
        {
            while (true)
            {
                var record = await runtime.Store.FindAsync(id, cancellationToken);
                if (record is null)
                {
                    // A store may keep so few finished jobs that this one is gone already; the signal brought its end along.
                    yield return ended.IsCompletedSuccessfully && ended.Result is { } last ? End(last) : throw new KeyNotFoundException($"There is no job {id}, or no longer.");
                    yield break;
                }
                // Behind the record, so that all lines of a finished job come before its end.
                await foreach (var line in LinesAsync(record, cancellationToken))
                {
                    yield return line;
                }
                foreach (var change in Changes(record))
                {
                    yield return change;
                }
                if (record.State >= JobState.Succeeded)
                {
                    yield return End(JobStatus.From(record));
                    yield break;
                }
                await WaitAsync(wake, cancellationToken);
            }
        }
        finally
        {
            runtime.Feed.Unwatch(id, wake);
            runtime.Feed.Leave(id, ended);
        }
    }

    private async IAsyncEnumerable<JobEvent> LinesAsync(JobRecord record, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var count = AtOnce;
        while (count == AtOnce)
        {
            var lines = await runtime.Store.ReadLogAsync(id, _line, AtOnce, cancellationToken);
            count = lines.Count;
            foreach (var line in lines)
            {
                _line = line.Number;
                if (Start(line.Attempt, record) is { } started)
                {
                    yield return started;
                }
                yield return new JobLogged(id, record.Spec.Name, line);
            }
        }
    }

    private IEnumerable<JobEvent> Changes(JobRecord record)
    {
        if (Start(record.Attempt, record) is { } started)
        {
            yield return started;
        }
        if (record.Progress is { } fraction && _progress != (fraction, record.Message))
        {
            _progress = (fraction, record.Message);
            yield return new JobProgressed(id, record.Spec.Name, fraction, record.Message);
        }
        if (record.Attempt > 0 && record.State is JobState.Available or JobState.Scheduled && _state == JobState.Running)
        {
            yield return new JobRetrying(id, record.Spec.Name, record.Attempt, record.State == JobState.Scheduled ? record.DueAt : null, record.Error);
        }
        _state = record.State;
    }

    private JobStarted? Start(int attempt, JobRecord record)
    {
        if (attempt <= _attempt)
        {
            return null;
        }
        (_attempt, _state) = (attempt, JobState.Running);
        return new JobStarted(id, record.Spec.Name, attempt);
    }

    private async ValueTask WaitAsync(Wake wake, CancellationToken cancellationToken)
    {
        // What happens in another process cannot wake it.
        var wait = runtime.Store.IsShared ? pollInterval : Timeout.InfiniteTimeSpan;
        await using var timer = runtime.Time.CreateTimer(static state => ((Wake)state!).Set(), wake, wait, Timeout.InfiniteTimeSpan);
        await wake.WaitAsync(cancellationToken);
    }

    private static JobFinished End(JobStatus status) => new(status.Id, status.Name, status.State, status.Result, status.Error);
}
