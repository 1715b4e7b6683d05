using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task An_attempt_that_does_not_count_is_given_back()
    {
        await EnqueueAsync(Spec(maxAttempts: 1));
        var due = Time.GetUtcNow().AddMinutes(1);

        Assert.Equal(JobState.Scheduled, await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Scheduled, due, uncounted: true));
        Advance(TimeSpan.FromMinutes(1));
        await Store.StageAsync(10, default);

        var again = Assert.Single(await ClaimAsync(Ada));
        Assert.Equal((2, 2, 1), (again.Attempt, again.MaxAttempts, again.Spec.MaxAttempts));
    }

    [Theory]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Quarantined)]
    public async Task A_dead_job_is_requeued_with_all_its_attempts_and_the_steps_it_has_done(JobState end)
    {
        var id = await EnqueueAsync(Spec(maxAttempts: 2));
        var dead = Assert.Single(await ClaimAsync(Ada));
        await Store.SaveStepAsync(Ada.Id, id, 1, "step", [1], default);
        await CompleteAsync(Ada, dead, end, error: new JobError("E", "m"));

        Assert.Equal(JobState.Available, await Store.RequeueAsync(id, default));

        var waiting = await FindAsync(id);
        Assert.Equal((JobState.Available, 1, 3, "m"), (waiting.State, waiting.Attempt, waiting.MaxAttempts, waiting.Error?.Message));
        Assert.Null(waiting.FinishedAt);
        Assert.Null(waiting.DueAt);
        Assert.False(waiting.CancelRequested);
        Assert.Single(await Store.StepsAsync(id, default));
        Assert.Null(await CompleteAsync(Ada, dead, JobState.Succeeded));
        Assert.Equal(2, Assert.Single(await ClaimAsync(Ada)).Attempt);
    }

    [Fact]
    public async Task A_requeued_job_is_kept_whatever_retention_it_had_left_and_again_from_its_new_end()
    {
        var id = await EnqueueAsync(Spec(retention: TimeSpan.FromMinutes(1)));
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Failed);
        await Store.RequeueAsync(id, default);
        Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, await Store.PruneAsync(10, default));

        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Succeeded);
        Assert.Equal(0, await Store.PruneAsync(10, default));
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await Store.PruneAsync(10, default));
    }

    [Fact]
    public async Task A_cancelled_job_that_was_requeued_is_claimed_once()
    {
        var id = await EnqueueAsync();
        await Store.CancelAsync(id, default);
        await Store.RequeueAsync(id, default);

        Assert.Equal(1, Assert.Single(await ClaimAsync(Ada)).Attempt);
        Assert.Empty(await ClaimAsync(Ada));
    }

    [Fact]
    public async Task Requeueing_leaves_what_succeeded_or_runs_and_hurries_what_waits()
    {
        var succeeded = await EnqueueAsync();
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Succeeded);
        var running = await EnqueueAsync();
        await ClaimAsync(Ada);
        var scheduled = await EnqueueAsync(Spec(delay: TimeSpan.FromHours(1)));

        Assert.Equal(JobState.Succeeded, await Store.RequeueAsync(succeeded, default));
        Assert.Equal(JobState.Running, await Store.RequeueAsync(running, default));
        Assert.Equal(JobState.Available, await Store.RequeueAsync(scheduled, default));
        Assert.Null(await Store.RequeueAsync(Guid.NewGuid(), default));
        Assert.Equal(scheduled, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
    }

    [Fact]
    public async Task A_dead_job_whose_unique_key_another_has_stays_dead()
    {
        var first = await EndAsync(Spec(key: "k"), JobState.Failed);
        var twin = await EndAsync(Spec(key: "k"), JobState.Failed);
        var second = await EnqueueAsync(Spec(key: "k"));

        Assert.Equal(JobState.Failed, await Store.RequeueAsync(first, default));
        Assert.Empty(await Store.RequeueAsync(new JobFilter(), 10, default));
        await Store.CancelAsync(second, default);

        Assert.Single(await Store.RequeueAsync(new JobFilter { State = JobState.Failed }, 10, default));
        Assert.Equal([JobState.Available, JobState.Failed], new[] { (await FindAsync(first)).State, (await FindAsync(twin)).State }.Order());
    }

    [Fact]
    public async Task Dead_jobs_are_requeued_by_filter_and_no_more_than_asked_for()
    {
        var failed = await EndAsync(Spec(), JobState.Failed);
        var tagged = await EndAsync(Spec(tags: ["nightly"]), JobState.Failed);
        var elsewhere = await EndAsync(Spec(queue: "other"), JobState.Failed);
        await EndAsync(Spec(), JobState.Succeeded);

        Assert.Equal([elsewhere], await Store.RequeueAsync(new JobFilter { Queue = "other" }, 10, default));
        Assert.Equal([tagged], await Store.RequeueAsync(new JobFilter { State = JobState.Failed, Tag = "nightly" }, 10, default));
        Assert.Empty(await Store.RequeueAsync(new JobFilter { State = JobState.Succeeded }, 10, default));
        Assert.Empty(await Store.RequeueAsync(new JobFilter { Name = "unknown" }, 10, default));
        var again = await EndAsync(Spec(), JobState.Quarantined);
        Assert.Single(await Store.RequeueAsync(new JobFilter(), 1, default));
        Assert.Single(await Store.RequeueAsync(new JobFilter(), 5, default));
        Assert.Equal([JobState.Available, JobState.Available], [(await FindAsync(failed)).State, (await FindAsync(again)).State]);
    }

    [Fact]
    public async Task Jobs_are_listed_by_filter_the_newest_first_and_page_by_page()
    {
        var ids = new List<Guid>();
        for (var count = 0; count < 5; count++)
        {
            Advance(TimeSpan.FromMilliseconds(2));
            ids.Add(await EnqueueAsync(Spec(queue: count == 4 ? "other" : "default", tags: count % 2 == 0 ? ["even", "all"] : ["all"])));
        }
        await ClaimAsync(Ada, 1);

        Assert.Equal([ids[4], ids[3], ids[2], ids[1], ids[0]], await ListAsync(new JobFilter()));
        Assert.Equal([ids[3], ids[2], ids[1]], await ListAsync(new JobFilter { State = JobState.Available, Queue = "default" }));
        Assert.Equal([ids[4], ids[2], ids[0]], await ListAsync(new JobFilter { Tag = "even" }));
        Assert.Equal([ids[0]], await ListAsync(new JobFilter { State = JobState.Running, Name = "test" }));
        Assert.Empty(await ListAsync(new JobFilter { Name = "unknown" }));
        Assert.Equal([ids[4], ids[3]], await ListAsync(new JobFilter(), 2));
        Assert.Equal([ids[2], ids[1]], await ListAsync(new JobFilter(), 2, ids[3]));
        Assert.Equal([ids[0]], await ListAsync(new JobFilter { Tag = "even" }, 2, ids[2]));
    }

    [Fact]
    public async Task Finished_jobs_are_purged_by_filter_whatever_their_retention()
    {
        var failed = await EndAsync(Spec(retention: TimeSpan.MaxValue, once: "o", tags: ["t"]), JobState.Failed);
        var succeeded = await EndAsync(Spec(), JobState.Succeeded);
        var waiting = await EnqueueAsync(Spec(tags: ["t"]));

        Assert.Equal(0, await Store.PurgeAsync(new JobFilter { State = JobState.Available }, 10, default));
        Assert.Equal(1, await Store.PurgeAsync(new JobFilter { Tag = "t" }, 10, default));
        Assert.Null(await Store.FindAsync(failed, default));
        Assert.Equal([waiting], await ListAsync(new JobFilter { Tag = "t" }));
        Assert.Equal(EnqueueStatus.Added, (await Store.EnqueueAsync(Spec(once: "o"), default)).Status);
        Assert.NotNull(await Store.FindAsync(succeeded, default));
        Assert.Equal(1, await Store.PurgeAsync(new JobFilter(), 1, default));
        Assert.Equal(0, await Store.PurgeAsync(new JobFilter(), 1, default));
    }

    private async Task<IEnumerable<Guid>> ListAsync(JobFilter filter, int limit = 10, Guid? before = null) =>
        (await Store.ListAsync(filter, limit, before, default)).Select(static job => job.Spec.Id);

    private async Task<Guid> EndAsync(JobSpec spec, JobState state)
    {
        var id = await EnqueueAsync(spec);
        await CompleteAsync(Ada, (await ClaimAsync(Ada, queue: spec.Queue)).Single(job => job.Spec.Id == id), state);
        return id;
    }
}
