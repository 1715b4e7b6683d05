namespace Realtime.Jobs;

/// <summary>Runs one attempt at a job and says how it ended.</summary>
internal sealed class Executor(JobServer server, JobQueue queue)
{
    private const string Quarantined = "Quarantined";

    private readonly JobRuntime _runtime = server.Runtime;

    public async ValueTask RunAsync(JobRecord record, Lane lane, int place)
    {
        if (record.Spec.Headers is not null && Expiry.Of(record, _runtime.Time) is { } expired)
        {
            await server.EndAsync(new EndedAttempt(
                record, new JobOutcome { Id = record.Spec.Id, Attempt = record.Attempt, State = JobState.Cancelled, Error = expired }, null));
            return;
        }
        if ((record.Spec.Flow is null ? record.Spec.Args : await ReadArgsAsync(record)) is not { } written)
        {
            return;
        }
        if (!queue.TryFind(record.Spec.Name, out var job) || !job.CanRun)
        {
            if (record.Spec.Name == FlowGather.Name)
            {
                await server.EndAsync(new EndedAttempt(record, FlowGather.End(record, written), null));
                return;
            }
            await QuarantineAsync(record, $"No job is called '{record.Spec.Name}' here. Add it, or name it among the Aliases of the job that replaced it.");
            return;
        }
        var context = new JobContext(server, job, record, written);
        if (queue.RunWithMiddleware is null)
        {
            try
            {
                context.ReadArgs();
            }
            catch (JobArgsException exception)
            {
                await QuarantineAsync(record, exception.Message);
                return;
            }
        }
        var watched = _runtime.Meters.HearsAttempts ? _runtime.Meters.Attempt(record) : null;
        var outcome = await AttemptAsync(job, context, lane, place, watched);
        watched?.End(outcome);
        await server.EndAsync(new EndedAttempt(record, outcome, context));
    }

    /// <summary>Reads what a job of a flow is given. Null if the store cannot say now: then the job is tried again soon.</summary>
    private async ValueTask<byte[]?> ReadArgsAsync(JobRecord record)
    {
        try
        {
            return await FlowArgs.ReadAsync(_runtime.Store, record);
        }
        catch (JobArgsException exception)
        {
            await QuarantineAsync(record, exception.Message);
            return null;
        }
        catch (Exception exception)
        {
            var due = _runtime.Time.GetUtcNow() + FlowArgs.RetryWait;
            JobLog.WillRetry(_runtime.Logger, exception, record.Spec.Name, record.Spec.Id, record.Attempt, record.MaxAttempts, due);
            var outcome = new JobOutcome { Id = record.Spec.Id, Attempt = record.Attempt, State = JobState.Scheduled, DueAt = due, IsUncounted = true, Error = JobError.From(exception) };
            await server.EndAsync(new EndedAttempt(record, outcome, null));
            return null;
        }
    }

    private async ValueTask<JobOutcome> AttemptAsync(Job job, JobContext context, Lane lane, int place, WatchedAttempt? watched)
    {
        lane.Place(place, context);
        server.Entered(context);
        ITimer? timeout = null;
        if (job.Options.Timeout is { } limit)
        {
            timeout = _runtime.Time.CreateTimer(static state => ((JobContext)state!).Cancel(CancelReason.Timeout), context, limit, Timeout.InfiniteTimeSpan);
        }
        if (_runtime.Feed.IsObserved)
        {
            _runtime.Feed.Publish(new JobStarted(context.Id, context.Name, context.Attempt));
        }
        _runtime.Feed.Touch(context.Id);
        try
        {
            var result = await (queue.RunWithMiddleware is { } run ? run(context) : job.InvokeAsync(context));
            return Outcome(context, JobState.Succeeded, result: job.WriteResult(result));
        }
        catch (Exception exception)
        {
            var outcome = Fail(job, context, exception);
            if (outcome.Error is not null)
            {
                watched?.Fail(exception);
            }
            return outcome;
        }
        finally
        {
            context.End();
            lane.Place(place, null);
            if (timeout is not null)
            {
                await timeout.DisposeAsync();
            }
            try
            {
                await context.DisposeScopeAsync();
            }
            catch (Exception exception)
            {
                JobLog.ChoreFailed(_runtime.Logger, exception, $"Disposing the services of job {context.Name}");
            }
        }
    }

    private JobOutcome Fail(Job job, JobContext context, Exception exception)
    {
        var stopped = exception is OperationCanceledException;
        switch (context.Reason)
        {
            case CancelReason.Requested:
                return Outcome(context, JobState.Cancelled);
            case CancelReason.Shutdown or CancelReason.LeaseLost when stopped:
                return Outcome(context, JobState.Available);
            case CancelReason.Timeout when stopped:
                exception = new TimeoutException($"The attempt took longer than {job.Options.Timeout}.", exception);
                break;
        }
        if (exception is JobSnoozeException snooze)
        {
            return Outcome(context, JobState.Scheduled, due: Failure.Later(_runtime.Time.GetUtcNow(), snooze.Delay), isUncounted: true);
        }
        if (exception is JobArgsException)
        {
            JobLog.Quarantined(_runtime.Logger, context.Name, context.Id, exception.Message);
            return Outcome(context, JobState.Quarantined, new JobError(Quarantined, exception.Message));
        }
        var error = JobError.From(exception);
        if (Failure.Wait(job.Options, context, exception, _runtime.Logger) is not { } wait)
        {
            JobLog.Failed(_runtime.Logger, exception, context.Name, context.Id, context.Attempt);
            return Outcome(context, JobState.Failed, error);
        }
        var due = Failure.Later(_runtime.Time.GetUtcNow(), wait);
        JobLog.WillRetry(_runtime.Logger, exception, context.Name, context.Id, context.Attempt, context.MaxAttempts, due);
        return Outcome(context, JobState.Scheduled, error, due);
    }

    private static JobOutcome Outcome(
        JobContext context, JobState state, JobError? error = null, DateTimeOffset? due = null, byte[]? result = null, bool isUncounted = false) => new()
        {
            Id = context.Id,
            Attempt = context.Attempt,
            State = state,
            Error = error,
            DueAt = due,
            IsUncounted = isUncounted,
            Result = result,
            Progress = context.Progress?.Fraction,
            Message = context.Progress?.Message,
            Log = context.LastLines,
        };

    private ValueTask QuarantineAsync(JobRecord record, string reason)
    {
        JobLog.Quarantined(_runtime.Logger, record.Spec.Name, record.Spec.Id, reason);
        var outcome = new JobOutcome
        {
            Id = record.Spec.Id,
            Attempt = record.Attempt,
            State = JobState.Quarantined,
            Error = new JobError(Quarantined, reason),
        };
        return server.EndAsync(new EndedAttempt(record, outcome, null));
    }
}
