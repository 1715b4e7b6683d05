using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task The_jobs_of_a_node_whose_lease_ran_out_are_taken_back()
    {
        var id = await EnqueueAsync();
        await ClaimAsync(Ada);
        Advance(Lease - TimeSpan.FromMicroseconds(1));
        Assert.Empty(await Store.RescueAsync([], default));

        Advance(TimeSpan.FromMicroseconds(1));
        var rescued = await Store.RescueAsync([], default);

        Assert.Equal([new RescuedJob(id, JobState.Available)], rescued);
        Assert.Empty(await Store.NodesAsync(default));
        Assert.Equal(2, Assert.Single(await ClaimAsync(Alan)).Attempt);
    }

    [Fact]
    public async Task A_heartbeat_keeps_a_nodes_jobs()
    {
        await EnqueueAsync();
        await ClaimAsync(Ada);
        for (var beat = 0; beat < 5; beat++)
        {
            Advance(Lease / 2);
            Assert.True((await Store.HeartbeatAsync(Ada, Lease, default)).Renewed);
        }

        Assert.Empty(await Store.RescueAsync([], default));
    }

    [Fact]
    public async Task A_heartbeat_says_when_the_lease_had_run_out()
    {
        Assert.False((await Store.HeartbeatAsync(Ada, Lease, default)).Renewed);
        Assert.True((await Store.HeartbeatAsync(Ada, Lease, default)).Renewed);
        Advance(Lease);
        Assert.False((await Store.HeartbeatAsync(Ada, Lease, default)).Renewed);
    }

    [Fact]
    public async Task The_jobs_of_a_node_known_to_be_dead_are_taken_back_at_once_and_no_others()
    {
        var dead = await EnqueueAsync();
        await ClaimAsync(Ada);
        await EnqueueAsync();
        await ClaimAsync(Alan);

        var rescued = await Store.RescueAsync([Ada.Id], default);

        Assert.Equal([new RescuedJob(dead, JobState.Available)], rescued);
        Assert.Equal([Alan], await Store.NodesAsync(default));
    }

    [Fact]
    public async Task A_job_whose_worker_died_in_its_last_attempt_has_failed()
    {
        var id = await EnqueueAsync(Spec(maxAttempts: 1));
        await ClaimAsync(Ada);

        var rescued = await Store.RescueAsync([Ada.Id], default);

        Assert.Equal([new RescuedJob(id, JobState.Failed)], rescued);
        var failed = await FindAsync(id);
        Assert.Equal((JobState.Failed, LostWorker.Error.Type), (failed.State, failed.Error?.Type));
        Assert.NotNull(failed.FinishedAt);
    }

    [Fact]
    public async Task A_node_that_retires_hands_back_what_it_holds()
    {
        var id = await EnqueueAsync();
        await ClaimAsync(Ada);

        await Store.RetireAsync(Ada.Id, default);

        Assert.Equal((JobState.Available, 4), ((await FindAsync(id)).State, (await FindAsync(id)).MaxAttempts));
        Assert.Empty(await Store.NodesAsync(default));
    }

    [Fact]
    public async Task A_waiting_job_is_cancelled_at_once()
    {
        var available = await EnqueueAsync();
        var scheduled = await EnqueueAsync(Spec(delay: TimeSpan.FromMinutes(1)));

        Assert.Equal(JobState.Cancelled, await Store.CancelAsync(available, default));
        Assert.Equal(JobState.Cancelled, await Store.CancelAsync(scheduled, default));

        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, (await Store.StageAsync(10, default)).Staged);
        Assert.Empty(await ClaimAsync(Ada));
        Assert.NotNull((await FindAsync(available)).FinishedAt);
    }

    [Fact]
    public async Task The_cancel_of_a_running_job_reaches_its_node_with_the_heartbeat_and_no_other()
    {
        var id = await EnqueueAsync();
        await ClaimAsync(Ada);

        Assert.Equal(JobState.Running, await Store.CancelAsync(id, default));

        Assert.True((await FindAsync(id)).CancelRequested);
        Assert.Equal([id], (await Store.HeartbeatAsync(Ada, Lease, default)).CancelRequested);
        Assert.Empty((await Store.HeartbeatAsync(Alan, Lease, default)).CancelRequested);
    }

    [Theory]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Available)]
    public async Task A_cancel_mark_beats_retry_and_hand_back(JobState outcome)
    {
        var id = await EnqueueAsync();
        var job = Assert.Single(await ClaimAsync(Ada));
        await Store.CancelAsync(id, default);

        Assert.Equal(JobState.Cancelled, await CompleteAsync(Ada, job, outcome, Time.GetUtcNow()));

        Assert.NotNull((await FindAsync(id)).FinishedAt);
        Assert.Empty(await ClaimAsync(Ada));
    }

    [Fact]
    public async Task A_cancel_mark_beats_rescue_and_retirement()
    {
        var rescued = await EnqueueAsync();
        await ClaimAsync(Ada);
        var retired = await EnqueueAsync();
        await ClaimAsync(Alan);
        await Store.CancelAsync(rescued, default);
        await Store.CancelAsync(retired, default);

        Assert.Equal([new RescuedJob(rescued, JobState.Cancelled)], await Store.RescueAsync([Ada.Id], default));
        await Store.RetireAsync(Alan.Id, default);

        Assert.Equal(JobState.Cancelled, (await FindAsync(retired)).State);
    }

    [Fact]
    public async Task A_job_that_succeeds_in_spite_of_a_cancel_has_succeeded()
    {
        var id = await EnqueueAsync();
        var job = Assert.Single(await ClaimAsync(Ada));
        await Store.CancelAsync(id, default);

        Assert.Equal(JobState.Succeeded, await CompleteAsync(Ada, job, JobState.Succeeded));
    }

    [Fact]
    public async Task A_finished_job_stays_as_it_is_when_cancelled()
    {
        var id = await EnqueueAsync();
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Failed, error: new JobError("E", "m"));

        Assert.Equal(JobState.Failed, await Store.CancelAsync(id, default));
        Assert.Equal(JobState.Failed, (await FindAsync(id)).State);
    }

    [Fact]
    public async Task Finished_jobs_are_removed_when_their_retention_is_over_and_others_never()
    {
        var brief = await EnqueueAsync(Spec(retention: TimeSpan.FromMinutes(1)));
        var kept = await EnqueueAsync(Spec(retention: TimeSpan.MaxValue));
        foreach (var job in await ClaimAsync(Ada))
        {
            await Store.SaveStepAsync(Ada.Id, job.Spec.Id, 1, "step", [], default);
            await CompleteAsync(Ada, job, JobState.Succeeded);
        }
        var waiting = await EnqueueAsync(Spec(retention: TimeSpan.Zero));
        Assert.Equal(0, await Store.PruneAsync(10, default));

        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await Store.PruneAsync(10, default));

        Assert.Null(await Store.FindAsync(brief, default));
        Assert.NotNull(await Store.FindAsync(kept, default));
        Assert.NotNull(await Store.FindAsync(waiting, default));
    }

    [Fact]
    public async Task Pruning_removes_no_more_than_asked_for()
    {
        for (var count = 0; count < 3; count++)
        {
            await EnqueueAsync(Spec(retention: TimeSpan.Zero));
        }
        foreach (var job in await ClaimAsync(Ada))
        {
            await CompleteAsync(Ada, job, JobState.Succeeded);
        }

        Assert.Equal(2, await Store.PruneAsync(2, default));
        Assert.Equal(1, await Store.PruneAsync(2, default));
        Assert.Equal(0, await Store.PruneAsync(2, default));
    }
}
