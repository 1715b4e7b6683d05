using System.Collections.Concurrent;

namespace Realtime.Jobs;

public sealed class QueueLimitTests
{
    [Fact]
    public async Task Two_processes_of_one_store_keep_to_a_limit_together()
    {
        var time = new Testing.ManualTimeProvider();
        var store = new InMemoryJobStore(time);
        await using var one = new Workbench(store, time);
        await using var two = new Workbench(store, time);
        var (now, most) = (0, 0);
        Job<int> job = null!;
        foreach (var bench in new[] { one, two })
        {
            bench.Queue.Queue("narrow", concurrency: 5, new QueueLimits { Total = 3 });
            job = bench.Queue.Define<int>("job", async (int args) =>
            {
                var running = Interlocked.Increment(ref now);
                InterlockedMax(ref most, running);
                await Task.Yield();
                Interlocked.Decrement(ref now);
            }, new JobOptions { Queue = "narrow" });
            await bench.StartAsync();
        }

        await job.EnqueueManyAsync(Enumerable.Range(0, 200));
        await two.Queue.DrainAsync(Workbench.Soon);

        Assert.InRange(most, 1, 3);
        Assert.Equal([new QueueCount("narrow", JobState.Succeeded, 200)], await store.CountAsync(default));
    }

    [Fact]
    public async Task Jobs_of_one_key_run_one_at_a_time_and_in_order()
    {
        await using var bench = new Workbench();
        bench.Queue.Queue("default", concurrency: 8, new QueueLimits { PerKey = 1 });
        var busy = new ConcurrentDictionary<string, int>();
        var order = new ConcurrentQueue<int>();
        var overlaps = 0;
        var job = bench.Queue.Define<int>("job", async (int args) =>
        {
            var key = Key(args);
            overlaps += busy.TryAdd(key, args) ? 0 : 1;
            await Task.Yield();
            order.Enqueue(args);
            busy.TryRemove(key, out _);
        });
        await bench.StartAsync();

        await job.EnqueueManyAsync(Enumerable.Range(0, 100), options: static args => new EnqueueOptions { LimitKey = Key(args) });
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal((100, 0), (order.Count, overlaps));
        Assert.All(order.GroupBy(Key), static group => Assert.Equal(group.Order(), group));

        static string Key(int args) => $"customer {args % 3}";
    }

    [Fact]
    public async Task A_rate_limit_holds_jobs_back_until_their_time_and_a_drain_does_not_wait_for_them()
    {
        await using var bench = new Workbench();
        bench.Queue.Queue("mail", concurrency: 10, new QueueLimits { Rate = new RateLimit(2, TimeSpan.FromMinutes(1)) });
        var sent = 0;
        var mail = bench.Queue.Define<int>("mail", (int args) => Interlocked.Increment(ref sent), new JobOptions { Queue = "mail" });
        await bench.StartAsync();
        var handles = await mail.EnqueueManyAsync(Enumerable.Range(0, 5));

        var counts = new List<int>();
        for (var minute = 0; minute < 3; minute++)
        {
            await bench.Queue.DrainAsync(Workbench.Soon);
            counts.Add(sent);
            bench.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([2, 4, 5], counts);
        Assert.All(handles, handle => Assert.True(handle.IsNew));
    }

    [Fact]
    public async Task Held_jobs_start_by_themselves_when_their_time_has_come()
    {
        await using var bench = new Workbench();
        bench.Queue.Queue("default", concurrency: 10, new QueueLimits { Rate = new RateLimit(1, TimeSpan.FromMinutes(1)) });
        var job = bench.Queue.Define<int>("job", static (int args) => { });
        await bench.StartAsync();
        await job.EnqueueAsync(1);
        var second = await job.EnqueueAsync(2);
        await bench.Queue.DrainAsync(Workbench.Soon);

        bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(JobState.Succeeded, (await second.WaitAsync(Workbench.Soon)).State);
    }

    [Fact]
    public async Task A_rate_over_months_is_kept_though_no_timer_is_that_long()
    {
        await using var bench = new Workbench();
        // Millions of heartbeats would take the test minutes.
        bench.Queue.Options = new JobQueueOptions { HeartbeatInterval = TimeSpan.FromHours(1), LeaseTime = TimeSpan.FromHours(2) };
        bench.Queue.Queue("default", concurrency: 10, new QueueLimits { Rate = new RateLimit(1, TimeSpan.FromDays(100)) });
        var job = bench.Queue.Define<int>("job", static (int args) => { });
        await bench.StartAsync();
        await job.EnqueueAsync(1);
        var second = await job.EnqueueAsync(2);
        await bench.Queue.DrainAsync(Workbench.Soon);
        bench.Time.Advance(TimeSpan.FromDays(99));
        await bench.Queue.DrainAsync(Workbench.Soon);
        Assert.Equal(JobState.Available, (await second.GetAsync()).State);

        bench.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(JobState.Succeeded, (await second.WaitAsync(Workbench.Soon)).State);
    }

    [Fact]
    public async Task A_key_that_has_used_up_its_rate_goes_on_when_it_is_over_and_the_others_go_on_meanwhile()
    {
        await using var bench = new Workbench();
        bench.Queue.Queue("default", concurrency: 10, new QueueLimits { RatePerKey = new RateLimit(1, TimeSpan.FromMinutes(1)) });
        var job = bench.Queue.Define<string>("job", static (string args) => { }, new JobOptions<string> { LimitBy = static args => args });
        await bench.StartAsync();
        var handles = await job.EnqueueManyAsync(["a", "a", "b"]);

        await bench.Queue.DrainAsync(Workbench.Soon);
        Assert.Equal([JobState.Succeeded, JobState.Available, JobState.Succeeded], await StatesAsync());
        bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(JobState.Succeeded, (await handles[1].WaitAsync(Workbench.Soon)).State);

        async Task<List<JobState>> StatesAsync()
        {
            var states = new List<JobState>();
            foreach (var handle in handles)
            {
                states.Add((await handle.GetAsync()).State);
            }
            return states;
        }
    }

    [Fact]
    public async Task A_paused_queue_runs_nothing_and_goes_on_when_resumed()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int>("job", static (int args) => { });
        await bench.StartAsync();
        await bench.Queue.PauseAsync("default");
        var handle = await job.EnqueueAsync(1);

        await bench.Queue.DrainAsync(Workbench.Soon);
        Assert.Equal(JobState.Available, (await handle.GetAsync()).State);
        Assert.Equal(["default"], await bench.Queue.PausedQueuesAsync());
        await bench.Queue.ResumeAsync("default");

        Assert.Equal(JobState.Succeeded, (await handle.WaitAsync(Workbench.Soon)).State);
    }

    [Theory]
    [InlineData(0, null, nameof(QueueLimits.Total))]
    [InlineData(null, 0, nameof(QueueLimits.PerKey))]
    public void A_limit_out_of_range_is_refused_with_its_name(int? total, int? perKey, string name)
    {
        var error = Assert.Throws<InvalidOperationException>(() => new JobQueue().Queue("q", 1, new QueueLimits { Total = total, PerKey = perKey }));

        Assert.Contains($"The queue 'q': QueueLimits.{name}", error.Message, StringComparison.Ordinal);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }
}
