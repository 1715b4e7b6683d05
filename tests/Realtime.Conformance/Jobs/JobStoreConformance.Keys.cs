using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task A_second_job_with_the_same_unique_key_is_the_first_one()
    {
        var first = await EnqueueAsync(Spec(key: "report 1"));
        var other = await EnqueueAsync(Spec(key: "report 2"));

        var second = await Store.EnqueueAsync(Spec(key: "report 1"), default);
        var many = await Store.EnqueueAsync([Spec(key: "report 2"), Spec(key: "report 3"), Spec(key: "report 3")], default);

        Assert.Equal(new EnqueueResult(first, EnqueueStatus.Existing), second);
        Assert.Equal([EnqueueStatus.Existing, EnqueueStatus.Added, EnqueueStatus.Existing], many.Select(static result => result.Status));
        Assert.Equal((other, many[1].Id), (many[0].Id, many[2].Id));
        Assert.Equal(3, (await ClaimAsync(Ada)).Count);
    }

    [Theory]
    [InlineData(JobState.Succeeded)]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Quarantined)]
    public async Task A_unique_key_is_free_again_once_its_job_has_ended(JobState end)
    {
        var first = await EnqueueAsync(Spec(key: "k"));
        var job = Assert.Single(await ClaimAsync(Ada));
        Assert.Equal(first, await EnqueueAsync(Spec(key: "k")));
        await CompleteAsync(Ada, job, JobState.Scheduled, due: Time.GetUtcNow());
        Assert.Equal(first, await EnqueueAsync(Spec(key: "k")));
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), end);

        var second = await Store.EnqueueAsync(Spec(key: "k"), default);

        Assert.Equal(EnqueueStatus.Added, second.Status);
        Assert.NotEqual(first, second.Id);
    }

    [Fact]
    public async Task A_job_is_rejected_that_is_to_be_when_its_unique_key_is_taken()
    {
        var first = await EnqueueAsync(Spec(key: "k"));

        var second = await Store.EnqueueAsync(Spec(key: "k", onConflict: UniqueConflict.Reject), default);
        var free = await Store.EnqueueAsync(Spec(key: "free", onConflict: UniqueConflict.Reject), default);

        Assert.Equal(new EnqueueResult(first, EnqueueStatus.Rejected), second);
        Assert.Equal(EnqueueStatus.Added, free.Status);
    }

    [Fact]
    public async Task Of_a_batch_with_a_rejected_job_nothing_is_added_and_nothing_replaced()
    {
        var first = await EnqueueAsync(Spec(key: "k"));
        var innocent = Spec();

        var outside = await Store.EnqueueAsync([innocent, Spec(key: "k", onConflict: UniqueConflict.Replace), Spec(key: "k", onConflict: UniqueConflict.Reject)], default);
        var within = await Store.EnqueueAsync([Spec(key: "n"), Spec(key: "n", onConflict: UniqueConflict.Reject)], default);

        Assert.All(outside.Concat(within), static result => Assert.Equal(EnqueueStatus.Rejected, result.Status));
        Assert.Equal((innocent.Id, within[0].Id), (outside[0].Id, within[1].Id));
        Assert.Equal([first], (await ClaimAsync(Ada)).Select(static job => job.Spec.Id));
    }

    [Fact]
    public async Task A_waiting_job_that_is_replaced_is_cancelled()
    {
        var first = await EnqueueAsync(Spec(key: "k", delay: TimeSpan.FromMinutes(1)));

        var second = await Store.EnqueueAsync(Spec(key: "k", onConflict: UniqueConflict.Replace), default);

        Assert.Equal((EnqueueStatus.Added, first, JobState.Cancelled), (second.Status, second.Replaced, second.ReplacedState));
        Assert.Equal(JobState.Cancelled, (await FindAsync(first)).State);
        Assert.Equal(second.Id, await EnqueueAsync(Spec(key: "k")));
        Assert.Equal([second.Id], (await ClaimAsync(Ada)).Select(static job => job.Spec.Id));
    }

    [Fact]
    public async Task A_running_job_that_is_replaced_is_marked_and_gives_its_key_up()
    {
        var first = await EnqueueAsync(Spec(key: "k"));
        var running = Assert.Single(await ClaimAsync(Ada));

        var second = await Store.EnqueueAsync(Spec(key: "k", onConflict: UniqueConflict.Replace), default);

        Assert.Equal((EnqueueStatus.Added, first, JobState.Running), (second.Status, second.Replaced, second.ReplacedState));
        Assert.Equal([first], (await Store.HeartbeatAsync(Ada, Lease, default)).CancelRequested);
        Assert.Equal(JobState.Cancelled, await CompleteAsync(Ada, running, JobState.Scheduled, Time.GetUtcNow()));
        Assert.Equal(second.Id, await EnqueueAsync(Spec(key: "k")));
    }

    [Fact]
    public async Task An_idempotency_key_is_taken_until_its_job_is_removed()
    {
        var first = await EnqueueAsync(Spec(once: "o", retention: TimeSpan.FromMinutes(1)));
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Succeeded);

        Assert.Equal(new EnqueueResult(first, EnqueueStatus.Existing), await Store.EnqueueAsync(Spec(once: "o"), default));
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await Store.PruneAsync(10, default));

        Assert.Equal(EnqueueStatus.Added, (await Store.EnqueueAsync(Spec(once: "o"), default)).Status);
    }

    [Fact]
    public async Task An_enqueue_done_again_is_known_before_its_unique_key_is_looked_at()
    {
        var first = await EnqueueAsync(Spec(key: "k", once: "o"));

        var again = await Store.EnqueueAsync(Spec(key: "k", once: "o", onConflict: UniqueConflict.Reject), default);
        var many = await Store.EnqueueAsync([Spec(key: "k", once: "o", onConflict: UniqueConflict.Replace), Spec(key: "n", once: "p"), Spec(key: "n", once: "p", onConflict: UniqueConflict.Reject)], default);

        Assert.Equal(new EnqueueResult(first, EnqueueStatus.Existing), again);
        Assert.Equal([EnqueueStatus.Existing, EnqueueStatus.Added, EnqueueStatus.Existing], many.Select(static result => result.Status));
        Assert.Equal(JobState.Available, (await FindAsync(first)).State);
    }

    [Fact]
    public async Task Many_enqueues_at_once_with_one_key_add_one_job()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(index => Task.Run(
            async () => await Store.EnqueueAsync(index % 2 == 0 ? Spec(key: "k") : Spec(once: "o"), default))));

        Assert.Equal(2, results.Count(static result => result.Status == EnqueueStatus.Added));
        Assert.Equal(2, results.Select(static result => result.Id).Distinct().Count());
        Assert.Equal(2, (await ClaimAsync(Ada)).Count);
    }
}
