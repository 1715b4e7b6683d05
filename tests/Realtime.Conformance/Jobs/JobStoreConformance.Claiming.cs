using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task An_enqueued_job_is_found_as_it_was_asked_for()
    {
        var spec = Spec(queue: "media", priority: 7, key: "k", once: "o", limitKey: "l", tags: ["one", "two"]);

        var id = await EnqueueAsync(spec);

        var found = await FindAsync(id);
        Assert.Equal(spec.Id, id);
        Assert.Equal((spec.Name, spec.Queue, spec.Priority, spec.MaxAttempts, spec.UniqueKey, spec.Retention),
            (found.Spec.Name, found.Spec.Queue, found.Spec.Priority, found.MaxAttempts, found.Spec.UniqueKey, found.Spec.Retention));
        Assert.Equal((JobState.Available, 0, spec.EnqueuedAt), (found.State, found.Attempt, found.Spec.EnqueuedAt));
        Assert.Equal((spec.IdempotencyKey, spec.LimitKey), (found.Spec.IdempotencyKey, found.Spec.LimitKey));
        Assert.Equal(spec.Args, found.Spec.Args);
        Assert.Equal(["one", "two"], found.Spec.Tags);
        Assert.Null(found.StartedAt);
        Assert.Null(found.FinishedAt);
    }

    [Fact]
    public async Task A_job_that_does_not_exist_is_not_found()
    {
        var nobody = Guid.NewGuid();

        Assert.Null(await Store.FindAsync(nobody, default));
        Assert.Null(await Store.CancelAsync(nobody, default));
        Assert.Empty(await Store.StepsAsync(nobody, default));
    }

    [Fact]
    public async Task Arguments_may_be_empty_and_results_any_bytes()
    {
        var id = await EnqueueAsync(new JobSpec { Id = Guid.NewGuid(), Name = "bytes", Queue = "default", Args = [], EnqueuedAt = Time.GetUtcNow() });
        var job = Assert.Single(await ClaimAsync(Ada));
        Assert.Empty(job.Spec.Args);

        await CompleteAsync(Ada, job, JobState.Succeeded, result: [0, 255, 10]);

        Assert.Equal([0, 255, 10], (await FindAsync(id)).Result!);
    }

    [Fact]
    public async Task A_claimed_job_is_given_to_nobody_else()
    {
        var id = await EnqueueAsync();

        var mine = Assert.Single(await ClaimAsync(Ada));

        Assert.Empty(await ClaimAsync(Alan));
        Assert.Equal((id, JobState.Running, 1, Ada.Id), (mine.Spec.Id, mine.State, mine.Attempt, mine.Node));
        Assert.Equal(Time.GetUtcNow(), mine.StartedAt);
    }

    [Fact]
    public async Task Jobs_are_claimed_by_priority_and_then_by_age()
    {
        var low = await EnqueueAsync(Spec(priority: -1));
        var first = await EnqueueAsync();
        var second = await EnqueueAsync();
        var high = await EnqueueAsync(Spec(priority: 5));

        var claimed = await ClaimAsync(Ada);

        Assert.Equal([high, first, second, low], claimed.Select(static job => job.Spec.Id));
    }

    [Fact]
    public async Task A_claim_takes_no_more_than_asked_for_and_only_from_the_queues_named()
    {
        await EnqueueAsync();
        await EnqueueAsync();
        await EnqueueAsync(Spec(queue: "other"));
        await EnqueueAsync(Spec(queue: "third"));
        await Store.HeartbeatAsync(Ada, Lease, default);

        var claimed = await Store.ClaimAsync(Ada.Id, [new QueueDemand("default", 1), new QueueDemand("other", 5)], default);

        Assert.Equal(["default", "other"], claimed.Jobs.Select(static job => job.Spec.Queue).Order());
    }

    [Fact]
    public async Task A_node_without_a_live_lease_is_given_nothing()
    {
        await EnqueueAsync();

        Assert.Empty((await Store.ClaimAsync(Ada.Id, [new QueueDemand("default", 1)], default)).Jobs);
        await Store.HeartbeatAsync(Ada, Lease, default);
        Advance(Lease);
        Assert.Empty((await Store.ClaimAsync(Ada.Id, [new QueueDemand("default", 1)], default)).Jobs);
        Assert.Single(await ClaimAsync(Ada));
    }

    [Fact]
    public async Task Many_claimants_at_once_get_each_job_once()
    {
        await Store.EnqueueAsync([.. Enumerable.Range(0, 200).Select(_ => Spec())], default);
        JobNode[] nodes = [.. Enumerable.Range(10, 8).Select(static id => new JobNode(id, "", 0, 0))];

        var claims = await Task.WhenAll(nodes.Select(node => Task.Run(async () =>
        {
            var mine = new List<Guid>();
            while (await ClaimAsync(node, 7) is { Count: > 0 } jobs)
            {
                mine.AddRange(jobs.Select(static job => job.Spec.Id));
            }
            return mine;
        })));

        var all = claims.SelectMany(static ids => ids).ToList();
        Assert.Equal(200, all.Count);
        Assert.Equal(200, all.Distinct().Count());
    }

    [Fact]
    public async Task A_delayed_job_is_staged_when_its_time_has_come()
    {
        await EnqueueAsync(Spec(delay: TimeSpan.FromMinutes(2)));
        var id = await EnqueueAsync(Spec(delay: TimeSpan.FromMinutes(1)));

        var early = await Store.StageAsync(10, default);
        Assert.Equal(new StageResult(0, Time.GetUtcNow().AddMinutes(1)), early);
        Assert.Empty(await ClaimAsync(Ada));

        Advance(TimeSpan.FromMinutes(1));
        var due = await Store.StageAsync(10, default);
        Assert.Equal(new StageResult(1, Time.GetUtcNow().AddMinutes(1)), due);
        Assert.Equal(id, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
    }

    [Fact]
    public async Task A_job_whose_time_is_past_already_is_available_at_once()
    {
        var id = await EnqueueAsync(Spec(delay: TimeSpan.FromSeconds(-1)));

        Assert.Equal(id, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
    }

    [Fact]
    public async Task Staging_moves_no_more_than_asked_for()
    {
        await EnqueueAsync(Spec(delay: TimeSpan.FromSeconds(1)));
        await EnqueueAsync(Spec(delay: TimeSpan.FromSeconds(2)));
        Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(1, (await Store.StageAsync(1, default)).Staged);
        Assert.Equal(new StageResult(1, null), await Store.StageAsync(1, default));
    }

    [Fact]
    public async Task Jobs_are_counted_by_queue_and_state()
    {
        await EnqueueAsync();
        await EnqueueAsync(Spec(queue: "other"));
        await EnqueueAsync(Spec(queue: "other"));
        await EnqueueAsync(Spec(delay: TimeSpan.FromHours(1)));
        await ClaimAsync(Ada, 1, "other");

        var counts = await Store.CountAsync(default);

        Assert.Equal(
            [new QueueCount("default", JobState.Available, 1), new QueueCount("default", JobState.Scheduled, 1), new QueueCount("other", JobState.Available, 1), new QueueCount("other", JobState.Running, 1)],
            counts.OrderBy(static count => count.Queue).ThenBy(static count => count.State));
    }
}
