namespace Realtime.Jobs;

public sealed class CronSchedulerTests
{
    [Fact]
    public async Task A_schedule_enqueues_its_job_at_each_occurrence()
    {
        await using var bench = new Workbench();
        var ran = new SemaphoreSlim(0);
        var job = bench.Queue.Define<string>("report", (string args) => ran.Release());
        bench.Queue.Cron("nightly", "0 3 * * *", job, "all");
        await bench.StartAsync();

        for (var day = 0; day < 3; day++)
        {
            bench.Time.Advance(TimeSpan.FromHours(2));
            Assert.Equal(0, ran.CurrentCount);
            for (var minutes = 0; minutes < 22 * 60; minutes += 10)
            {
                bench.Time.Advance(TimeSpan.FromMinutes(10));
                await Task.Delay(1);
            }
            Assert.True(await ran.WaitAsync(Workbench.Limit));
        }
    }

    [Fact]
    public async Task Nodes_that_share_a_store_enqueue_one_job_for_an_occurrence()
    {
        var time = new Testing.ManualTimeProvider();
        var store = new InMemoryJobStore(time);
        await using var one = new Workbench(store, time);
        await using var two = new Workbench(store, time);
        var runs = 0;
        foreach (var bench in new[] { one, two })
        {
            bench.Queue.Cron("every minute", "* * * * *", bench.Queue.Define<int>("tick", (int args) => Interlocked.Increment(ref runs)), 1);
            await bench.StartAsync();
        }

        for (var second = 0; second < 60; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }
        while ((await store.CountAsync(default)).Sum(static count => count.Count) == 0)
        {
            await Task.Delay(1);
        }
        await one.Queue.DrainAsync(Workbench.Soon);
        await two.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(1, runs);
    }

    [Fact]
    public void Two_schedules_of_one_name_are_refused()
    {
        var queue = new JobQueue();
        var job = queue.Define<int>("job");
        queue.Cron("nightly", "@daily", job, 1);

        Assert.Throws<InvalidOperationException>(() => queue.Cron("nightly", "@hourly", job, 1));
    }
}
