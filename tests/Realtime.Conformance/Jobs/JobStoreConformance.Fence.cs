using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    [Theory]
    [InlineData(JobState.Succeeded)]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Quarantined)]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Available)]
    public async Task A_worker_that_lost_its_job_can_change_nothing(JobState outcome)
    {
        var id = await EnqueueAsync();
        var lost = Assert.Single(await ClaimAsync(Ada));
        Advance(Lease);
        await Store.RescueAsync([], default);

        Assert.Null(await CompleteAsync(Ada, lost, outcome, due: Time.GetUtcNow(), result: [1]));
        Assert.Equal(JobState.Available, (await FindAsync(id)).State);

        var held = Assert.Single(await ClaimAsync(Alan));
        Assert.Null(await CompleteAsync(Ada, lost, outcome, due: Time.GetUtcNow(), result: [1]));
        Assert.Null(await CompleteAsync(Ada, lost, outcome, due: Time.GetUtcNow(), result: [1], attempt: held.Attempt));
        Assert.Null(await CompleteAsync(Alan, lost, outcome, due: Time.GetUtcNow(), result: [1]));

        var now = await FindAsync(id);
        Assert.Equal((JobState.Running, 2, Alan.Id), (now.State, now.Attempt, now.Node));
        Assert.Null(now.Result);
        Assert.Equal(JobState.Succeeded, await CompleteAsync(Alan, held, JobState.Succeeded));
    }

    [Fact]
    public async Task Progress_and_steps_are_fenced_too()
    {
        var id = await EnqueueAsync();
        var lost = Assert.Single(await ClaimAsync(Ada));
        Advance(Lease);
        await Store.RescueAsync([], default);
        await ClaimAsync(Alan);

        Assert.Equal([false, true], await Store.ReportAsync(Alan.Id, [new(id, lost.Attempt, 0.1, "old"), new(id, 2, 0.5, "new")], default));
        Assert.Equal([false], await Store.ReportAsync(Ada.Id, [new(id, 2, 0.9, "stolen")], default));
        Assert.False(await Store.SaveStepAsync(Ada.Id, id, lost.Attempt, "step", [1], default));
        Assert.False(await Store.SaveStepAsync(Ada.Id, id, 2, "step", [1], default));

        var now = await FindAsync(id);
        Assert.Equal((0.5, "new"), (now.Progress, now.Message));
        Assert.Empty(await Store.StepsAsync(id, default));
    }

    [Fact]
    public async Task An_end_is_recorded_once()
    {
        var id = await EnqueueAsync();
        var job = Assert.Single(await ClaimAsync(Ada));

        Assert.Equal(JobState.Succeeded, await CompleteAsync(Ada, job, JobState.Succeeded, result: "1"u8.ToArray()));
        Assert.Null(await CompleteAsync(Ada, job, JobState.Failed, error: new JobError("E", "late")));

        var done = await FindAsync(id);
        Assert.Equal((JobState.Succeeded, Time.GetUtcNow()), (done.State, done.FinishedAt));
        Assert.Null(done.Error);
        Assert.Null(done.Node);
    }

    [Fact]
    public async Task In_one_batch_the_good_are_recorded_beside_the_lost()
    {
        await EnqueueAsync();
        await EnqueueAsync();
        var jobs = await ClaimAsync(Ada);

        var states = await Store.CompleteAsync(
            Ada.Id,
            [
                new JobOutcome { Id = jobs[0].Spec.Id, Attempt = 9, State = JobState.Succeeded },
                new JobOutcome { Id = Guid.NewGuid(), Attempt = 1, State = JobState.Succeeded },
                new JobOutcome { Id = jobs[1].Spec.Id, Attempt = 1, State = JobState.Succeeded },
            ],
            default);

        Assert.Equal([null, null, JobState.Succeeded], states);
    }

    [Fact]
    public async Task A_failed_attempt_keeps_its_error_and_waits_for_its_time()
    {
        var id = await EnqueueAsync();
        var due = Time.GetUtcNow().AddSeconds(10);
        var job = Assert.Single(await ClaimAsync(Ada));

        Assert.Equal(JobState.Scheduled, await CompleteAsync(Ada, job, JobState.Scheduled, due, new JobError("IOException", "No route.", "at X")));

        var waiting = await FindAsync(id);
        Assert.Equal((JobState.Scheduled, due, new JobError("IOException", "No route.", "at X")), (waiting.State, waiting.DueAt, waiting.Error));
        Assert.Empty(await ClaimAsync(Ada));
        Advance(TimeSpan.FromSeconds(10));
        await Store.StageAsync(10, default);
        Assert.Equal(2, Assert.Single(await ClaimAsync(Ada)).Attempt);
    }

    [Fact]
    public async Task A_job_handed_back_gets_one_more_attempt()
    {
        await EnqueueAsync(Spec(maxAttempts: 1));
        var job = Assert.Single(await ClaimAsync(Ada));

        Assert.Equal(JobState.Available, await CompleteAsync(Ada, job, JobState.Available));

        var again = Assert.Single(await ClaimAsync(Alan));
        Assert.Equal((2, 2), (again.Attempt, again.MaxAttempts));
    }

    [Fact]
    public async Task An_outcome_keeps_the_progress_it_brings_and_what_it_does_not_mention()
    {
        var id = await EnqueueAsync();
        var job = Assert.Single(await ClaimAsync(Ada));
        await Store.ReportAsync(Ada.Id, [new(id, 1, 0.25, "a quarter")], default);
        await CompleteAsync(Ada, job, JobState.Scheduled, Time.GetUtcNow(), new JobError("E", "first"));
        var kept = await FindAsync(id);

        job = Assert.Single(await ClaimAsync(Ada));
        await Store.CompleteAsync(Ada.Id, [new JobOutcome { Id = id, Attempt = 2, State = JobState.Succeeded, Progress = 1, Message = null }], default);

        var done = await FindAsync(id);
        Assert.Equal((0.25, "a quarter"), (kept.Progress, kept.Message));
        Assert.Equal((1.0, null, "first"), (done.Progress, done.Message, done.Error?.Message));
    }

    [Fact]
    public async Task Steps_are_kept_for_later_attempts_and_the_first_record_stays()
    {
        var id = await EnqueueAsync();
        var job = Assert.Single(await ClaimAsync(Ada));
        Assert.True(await Store.SaveStepAsync(Ada.Id, id, 1, "one", "1"u8.ToArray(), default));
        Assert.True(await Store.SaveStepAsync(Ada.Id, id, 1, "one", "2"u8.ToArray(), default));
        Assert.True(await Store.SaveStepAsync(Ada.Id, id, 1, "two", [], default));
        await CompleteAsync(Ada, job, JobState.Scheduled, Time.GetUtcNow());
        await ClaimAsync(Alan);

        var steps = await Store.StepsAsync(id, default);

        Assert.Equal(2, steps.Count);
        Assert.Equal("1"u8.ToArray(), steps["one"]);
        Assert.Empty(steps["two"]);
    }
}
