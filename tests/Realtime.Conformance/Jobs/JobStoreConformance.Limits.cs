using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task No_more_jobs_of_a_queue_run_on_all_nodes_than_its_limit_allows()
    {
        var limits = new QueueLimits { Total = 3 };
        await Store.EnqueueAsync([.. Enumerable.Range(0, 10).Select(_ => Spec())], default);

        var first = await ClaimAsync(Ada, 2, limits: limits);
        var second = await ClaimAsync(Alan, 5, limits: limits);
        Assert.Equal((2, 1), (first.Count, second.Count));
        Assert.Empty(await ClaimAsync(Ada, limits: limits));

        await CompleteAsync(Ada, first[0], JobState.Succeeded);
        await CompleteAsync(Ada, first[1], JobState.Scheduled, Time.GetUtcNow().AddHours(1));
        await Store.RetireAsync(Alan.Id, default);

        Assert.Equal(3, (await ClaimAsync(Ada, limits: limits)).Count);
    }

    [Fact]
    public async Task A_rescued_job_gives_its_room_in_a_limit_back()
    {
        var limits = new QueueLimits { Total = 1, PerKey = 1 };
        await EnqueueAsync(Spec(limitKey: "k"));
        await ClaimAsync(Ada, limits: limits);
        await EnqueueAsync(Spec(limitKey: "k"));
        Assert.Empty(await ClaimAsync(Alan, limits: limits));

        await Store.RescueAsync([Ada.Id], default);

        Assert.Single(await ClaimAsync(Alan, limits: limits));
    }

    [Fact]
    public async Task The_limit_of_one_queue_is_not_that_of_another()
    {
        await EnqueueAsync(Spec(queue: "narrow"));
        await EnqueueAsync(Spec(queue: "narrow"));
        await EnqueueAsync();
        await EnqueueAsync();
        await Store.HeartbeatAsync(Ada, Lease, default);

        var claimed = await Store.ClaimAsync(Ada.Id, [new QueueDemand("narrow", 5, new QueueLimits { Total = 1 }), new QueueDemand("default", 5)], default);

        Assert.Equal(["narrow", "default", "default"], claimed.Jobs.Select(static job => job.Spec.Queue));
    }

    [Fact]
    public async Task A_flood_of_one_key_does_not_hold_up_the_others()
    {
        var limits = new QueueLimits { PerKey = 2 };
        await Store.EnqueueAsync([.. Enumerable.Range(0, 50).Select(_ => Spec(limitKey: "flood"))], default);
        await EnqueueAsync(Spec(limitKey: "b"));
        await EnqueueAsync(Spec(limitKey: "a"));
        await EnqueueAsync();

        var claimed = await ClaimAsync(Ada, 20, limits: limits);
        var more = await ClaimAsync(Alan, 20, limits: limits);

        Assert.Equal([null, "a", "b", "flood", "flood"], claimed.Select(static job => job.Spec.LimitKey).Order());
        Assert.Empty(more);
        await CompleteAsync(Ada, claimed.First(static job => job.Spec.LimitKey == "flood"), JobState.Succeeded);
        Assert.Equal("flood", Assert.Single(await ClaimAsync(Alan, 20, limits: limits)).Spec.LimitKey);
    }

    [Fact]
    public async Task Keys_take_turns_and_each_keys_jobs_come_by_age()
    {
        var ids = new List<Guid>();
        foreach (var key in new[] { "a", "a", "a", "b", "b", "c" })
        {
            ids.Add(await EnqueueAsync(Spec(limitKey: key)));
        }

        var order = new List<Guid>();
        while (await ClaimAsync(Ada, 1, limits: new QueueLimits { PerKey = 10 }) is [var job])
        {
            order.Add(job.Spec.Id);
        }

        Assert.Equal([ids[0], ids[3], ids[5], ids[1], ids[4], ids[2]], order);
    }

    [Fact]
    public async Task A_higher_priority_comes_first_whatever_its_key()
    {
        await EnqueueAsync(Spec(limitKey: "a"));
        await EnqueueAsync();
        var high = await EnqueueAsync(Spec(limitKey: "z", priority: 5));

        Assert.Equal(high, Assert.Single(await ClaimAsync(Ada, 1, limits: new QueueLimits { PerKey = 1 })).Spec.Id);
    }

    [Fact]
    public async Task Jobs_with_keys_are_claimed_where_no_limit_is_per_key()
    {
        await EnqueueAsync(Spec(limitKey: "a"));
        await EnqueueAsync(Spec(limitKey: "a"));
        await EnqueueAsync();

        Assert.Equal(3, (await ClaimAsync(Ada)).Count);
    }

    [Fact]
    public async Task No_more_jobs_start_in_any_span_than_a_rate_limit_allows()
    {
        var limits = new QueueLimits { Rate = new RateLimit(3, TimeSpan.FromMinutes(1)) };
        await Store.EnqueueAsync([.. Enumerable.Range(0, 10).Select(_ => Spec())], default);

        var first = await ClaimWithAsync(Ada, 2, limits);
        Advance(TimeSpan.FromSeconds(40));
        var second = await ClaimWithAsync(Alan, 5, limits);
        Advance(TimeSpan.FromSeconds(19));
        var none = await ClaimWithAsync(Ada, 5, limits);
        Advance(TimeSpan.FromSeconds(1));
        var third = await ClaimWithAsync(Ada, 5, limits);

        Assert.Equal([2, 1, 0, 2], new[] { first, second, none, third }.Select(static claim => claim.Jobs.Count));
        Assert.Empty(first.Held);
        Assert.Equal([new HeldQueue("default", TimeSpan.FromSeconds(20))], second.Held);
        Assert.Equal([new HeldQueue("default", TimeSpan.FromSeconds(1))], none.Held);
        Assert.Equal([new HeldQueue("default", TimeSpan.FromSeconds(40))], third.Held);
    }

    [Fact]
    public async Task A_large_rate_is_never_exceeded_either_and_comes_back()
    {
        var limits = new QueueLimits { Rate = new RateLimit(150, TimeSpan.FromSeconds(10)) };
        await Store.EnqueueAsync([.. Enumerable.Range(0, 400).Select(_ => Spec())], default);
        var starts = new List<DateTimeOffset>();
        for (var step = 0; step < 60; step++)
        {
            var claim = await ClaimWithAsync(Ada, 20, limits);
            starts.AddRange(claim.Jobs.Select(static job => job.StartedAt!.Value));
            Advance(TimeSpan.FromMilliseconds(470));
        }

        Assert.Equal(400, starts.Count);
        Assert.All(starts, start => Assert.InRange(starts.Count(other => other >= start && other < start + TimeSpan.FromSeconds(10)), 1, 150));
    }

    [Fact]
    public async Task A_rate_limit_that_holds_nothing_back_says_nothing()
    {
        var limits = new QueueLimits { Rate = new RateLimit(2, TimeSpan.FromMinutes(1)) };
        await EnqueueAsync();
        await EnqueueAsync();

        Assert.Equal((2, 0), (await ClaimWithAsync(Ada, 5, limits)) is var claim ? (claim.Jobs.Count, claim.Held.Count) : default);
    }

    [Fact]
    public async Task No_more_jobs_of_a_key_start_in_any_span_than_a_rate_per_key_allows()
    {
        var limits = new QueueLimits { RatePerKey = new RateLimit(2, TimeSpan.FromMinutes(1)) };
        foreach (var key in new[] { "a", "a", "a", "a", "b", null })
        {
            await EnqueueAsync(Spec(limitKey: key));
        }

        var first = await ClaimWithAsync(Ada, 10, limits);
        Advance(TimeSpan.FromSeconds(40));
        await EnqueueAsync(Spec(limitKey: "b"));
        await EnqueueAsync(Spec(limitKey: "b"));
        var second = await ClaimWithAsync(Alan, 10, limits);
        Advance(TimeSpan.FromSeconds(20));
        var third = await ClaimWithAsync(Alan, 10, limits);
        Advance(TimeSpan.FromMinutes(2));
        var last = await ClaimWithAsync(Ada, 10, limits);

        Assert.Equal([null, "a", "a", "b"], first.Jobs.Select(static job => job.Spec.LimitKey).Order());
        Assert.Equal([new HeldQueue("default", TimeSpan.FromMinutes(1))], first.Held);
        Assert.Equal(["b"], second.Jobs.Select(static job => job.Spec.LimitKey));
        Assert.Equal([new HeldQueue("default", TimeSpan.FromSeconds(20))], second.Held);
        Assert.Equal(["a", "a", "b"], third.Jobs.Select(static job => job.Spec.LimitKey).Order());
        Assert.Empty(third.Held);
        Assert.Empty(last.Jobs);
    }

    [Fact]
    public async Task A_rate_per_key_is_kept_beside_the_other_limits()
    {
        var limits = new QueueLimits { Total = 4, PerKey = 2, Rate = new RateLimit(3, TimeSpan.FromSeconds(10)), RatePerKey = new RateLimit(1, TimeSpan.FromMinutes(1)) };
        foreach (var key in new[] { "a", "a", "b", "b", "c", "d" })
        {
            await EnqueueAsync(Spec(limitKey: key));
        }

        var first = await ClaimWithAsync(Ada, 10, limits);
        Advance(TimeSpan.FromSeconds(10));
        var second = await ClaimWithAsync(Ada, 10, limits);
        foreach (var job in first.Jobs.Concat(second.Jobs))
        {
            await CompleteAsync(Ada, job, JobState.Succeeded);
        }
        var third = await ClaimWithAsync(Ada, 10, limits);

        Assert.Equal(["a", "b", "c"], first.Jobs.Select(static job => job.Spec.LimitKey).Order());
        Assert.Equal([new HeldQueue("default", TimeSpan.FromSeconds(10))], first.Held);
        Assert.Equal(["d"], second.Jobs.Select(static job => job.Spec.LimitKey));
        Assert.Empty(third.Jobs);
        Assert.Equal([new HeldQueue("default", TimeSpan.FromSeconds(50))], third.Held);
    }

    [Fact]
    public async Task A_large_rate_per_key_is_never_exceeded_and_comes_back()
    {
        var limits = new QueueLimits { RatePerKey = new RateLimit(150, TimeSpan.FromSeconds(10)) };
        await Store.EnqueueAsync([.. Enumerable.Range(0, 400).Select(_ => Spec(limitKey: "a"))], default);
        var starts = new List<DateTimeOffset>();
        for (var step = 0; step < 60; step++)
        {
            starts.AddRange((await ClaimWithAsync(Ada, 20, limits)).Jobs.Select(static job => job.StartedAt!.Value));
            Advance(TimeSpan.FromMilliseconds(470));
        }

        Assert.Equal(400, starts.Count);
        Assert.All(starts, start => Assert.InRange(starts.Count(other => other >= start && other < start + TimeSpan.FromSeconds(10)), 1, 150));
    }

    [Fact]
    public async Task A_low_priority_is_not_starved_by_a_high_one()
    {
        var low = await EnqueueAsync(Spec(priority: -5));
        var middle = await EnqueueAsync();
        var claimed = new List<Guid>();
        for (var step = 0; step < 40; step++)
        {
            await EnqueueAsync(Spec(priority: 5));
            await EnqueueAsync(Spec(priority: 5));
            claimed.AddRange((await ClaimAsync(Ada, 1)).Select(static job => job.Spec.Id));
        }

        Assert.Contains(low, claimed);
        Assert.Contains(middle, claimed);
        Assert.Equal(38, claimed.Count(id => id != low && id != middle));
    }

    [Fact]
    public async Task A_paused_queue_gives_nothing_until_it_goes_on()
    {
        await EnqueueAsync();
        await EnqueueAsync(Spec(queue: "other"));
        await Store.PauseAsync("default", true, default);
        await Store.PauseAsync("empty", true, default);
        await EnqueueAsync();

        Assert.Empty(await ClaimAsync(Ada));
        Assert.Single(await ClaimAsync(Ada, queue: "other"));
        Assert.Equal(["default", "empty"], (await Store.PausedQueuesAsync(default)).Order());

        await Store.PauseAsync("default", false, default);
        await Store.PauseAsync("never", false, default);
        Assert.Equal(2, (await ClaimAsync(Ada)).Count);
        Assert.Equal(["empty"], await Store.PausedQueuesAsync(default));
    }
}
