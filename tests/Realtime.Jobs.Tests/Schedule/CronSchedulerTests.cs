using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Realtime.Testing;

namespace Realtime.Jobs;

public sealed class CronSchedulerTests
{
    // The longest that a schedule waits at a time.
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_schedule_fires_once_at_each_occurrence()
    {
        var clock = new ManualTimeProvider();
        var time = new WatchedTime(clock, Step);
        await using var store = new InMemoryJobStore(time);
        await using var services = new ServiceCollection().BuildServiceProvider();
        var runtime = new JobRuntime(store, time, services, NullLoggerFactory.Instance, new JobFeed());
        var fired = new List<(DateTimeOffset At, string Key)>();
        var entry = new CronEntry("nightly", CronExpression.Parse("0 3 * * *"), TimeZoneInfo.Utc, (key, _) =>
        {
            fired.Add((clock.GetUtcNow(), key));
            return new ValueTask<Guid>(Guid.NewGuid());
        });
        var start = clock.GetUtcNow();
        using var stop = new CancellationTokenSource();
        var running = new CronScheduler(runtime, [entry]).RunAsync(stop.Token);

        while (clock.GetUtcNow() < start + TimeSpan.FromDays(3))
        {
            await time.WaitedForAsync();
            clock.Advance(Step);
        }
        await time.WaitedForAsync();
        await stop.CancelAsync();
        await running;

        Assert.Equal([.. Enumerable.Range(0, 3).Select(day => start + TimeSpan.FromHours((24 * day) + 3))], fired.Select(static fire => fire.At));
        Assert.Equal("cron nightly 2026-01-02T03:00:00.0000000Z", fired[1].Key);
    }

    [Fact]
    public async Task Nodes_that_share_a_store_enqueue_one_job_for_an_occurrence()
    {
        var clock = new ManualTimeProvider();
        var minute = TimeSpan.FromMinutes(1);
        var store = new InMemoryJobStore(clock);
        WatchedTime[] times = [new(clock, minute), new(clock, minute)];
        await using var one = new Workbench(store, clock, services => services.AddSingleton<TimeProvider>(times[0]));
        await using var two = new Workbench(store, clock, services => services.AddSingleton<TimeProvider>(times[1]));
        var runs = 0;
        foreach (var bench in new[] { one, two })
        {
            // Nobody's lease should run out while the clock jumps.
            bench.Queue.Options = new JobQueueOptions { HeartbeatInterval = TimeSpan.FromHours(1), LeaseTime = TimeSpan.FromHours(3) };
            bench.Queue.Cron("every minute", "* * * * *", bench.Queue.Define<int>("tick", (int args) => Interlocked.Increment(ref runs)), 1);
            await bench.StartAsync();
        }

        foreach (var time in times)
        {
            await time.WaitedForAsync();
        }
        clock.Advance(minute);
        foreach (var time in times)
        {
            // It has enqueued the job of this minute, and waits for the next.
            await time.WaitedForAsync();
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
