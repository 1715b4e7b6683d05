using Realtime.Testing;

namespace Realtime.Jobs;

public sealed class ScheduleTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ManualTimeProvider _time = new();
    private readonly List<DateTimeOffset?> _runs = [];
    private InMemoryJobStore? _store;

    [Fact]
    public async Task A_schedule_fires_once_at_each_occurrence()
    {
        await using var node = Node(jobs => jobs.Cron("nightly", "0 3 * * *", Tick(jobs), 1));
        await node.StartAsync();
        var start = _time.GetUtcNow();

        for (var hour = 0; hour < 72; hour++)
        {
            _time.Advance(Hour);
            await node.Queue.DrainAsync(Workbench.Soon);
        }

        Assert.Equal([start + (3 * Hour), start + (27 * Hour), start + (51 * Hour)], _runs);
    }

    [Fact]
    public async Task The_clock_alone_fires_it()
    {
        var ran = new TaskCompletionSource();
        await using var node = Node(jobs => jobs.Every("often", Hour, jobs.Define<int>("tick", (int args) => ran.TrySetResult()), 1));
        await node.StartAsync();

        _time.Advance(Hour);

        await ran.Task.WaitAsync(Workbench.Limit);
    }

    [Fact]
    public async Task What_is_around_an_enqueue_runs_once_for_an_occurrence_however_many_nodes_there_are()
    {
        var enqueued = new List<DateTimeOffset?>();
        await using var one = Node(Watched);
        await using var two = Node(Watched);
        await one.OpenAsync();
        await two.OpenAsync();
        Scheduler[] schedulers = [new(one.Queue.Runtime, 1, one.Queue.Schedules), new(two.Queue.Runtime, 2, two.Queue.Schedules)];
        foreach (var scheduler in schedulers)
        {
            await scheduler.StartAsync(Workbench.Soon);
        }
        var start = _time.GetUtcNow();

        for (var hour = 1; hour <= 5; hour++)
        {
            _time.Advance(Hour);
            await Task.WhenAll(schedulers.Select(static scheduler => Task.Run(async () => await scheduler.FireDueAsync(Workbench.Soon))));
        }

        Assert.Equal(Enumerable.Range(1, 5).Select(hour => (DateTimeOffset?)(start + (hour * Hour))), enqueued);

        void Watched(JobQueue jobs)
        {
            jobs.UseEnqueue((enqueue, next) =>
            {
                lock (enqueued)
                {
                    enqueued.AddRange(enqueue.Jobs.Select(static job => job.DueAt));
                }
                return next(enqueue);
            });
            jobs.Every("often", Hour, Tick(jobs), 1);
        }
    }

    [Fact]
    public async Task A_node_that_fails_at_its_turn_leaves_the_occurrence_to_another()
    {
        await using var bad = Node(jobs =>
        {
            jobs.UseEnqueue(static (enqueue, next) => throw new FormatException("No."));
            jobs.Every("often", Hour, Tick(jobs), 1);
        });
        await using var good = Node(jobs =>
        {
            jobs.UseEnqueue(static (enqueue, next) => next(enqueue));
            jobs.Every("often", Hour, Tick(jobs), 1);
        });
        await bad.OpenAsync();
        await good.OpenAsync();
        var (first, second) = (new Scheduler(bad.Queue.Runtime, 1, bad.Queue.Schedules), new Scheduler(good.Queue.Runtime, 2, good.Queue.Schedules));
        await first.StartAsync(Workbench.Soon);
        await second.StartAsync(Workbench.Soon);

        _time.Advance(Hour);
        await first.FireDueAsync(Workbench.Soon);
        await second.FireDueAsync(Workbench.Soon);
        Assert.Empty(await _store!.CountAsync(default));
        _time.Advance(TimeSpan.FromSeconds(10));
        await second.FireDueAsync(Workbench.Soon);

        Assert.Equal(1, Assert.Single(await _store!.CountAsync(default)).Count);
    }

    [Fact]
    public async Task An_occurrence_is_left_out_while_the_one_before_is_not_done_where_the_job_is_unique()
    {
        var (started, go) = (new SemaphoreSlim(0), new TaskCompletionSource());
        await using var node = Node(jobs => jobs.Every("often", Hour, jobs.Define<int>("tick", async (int args) =>
        {
            started.Release();
            await go.Task;
        }, new JobOptions<int> { UniqueBy = static args => "one" }), 1));
        await node.StartAsync();

        _time.Advance(Hour);
        Assert.True(await started.WaitAsync(Workbench.Limit));
        using var scheduler = new Scheduler(node.Queue.Runtime, 9, node.Queue.Schedules);
        await scheduler.StartAsync(Workbench.Soon);
        _time.Advance(Hour);
        await scheduler.FireDueAsync(Workbench.Soon);
        Assert.Equal(1, Assert.Single(await _store!.CountAsync(default)).Count);
        go.SetResult();
        await node.Queue.DrainAsync(Workbench.Soon);
        _time.Advance(Hour);
        Assert.True(await started.WaitAsync(Workbench.Limit));
    }

    [Fact]
    public async Task Nodes_that_share_a_store_enqueue_one_job_for_an_occurrence()
    {
        await using var one = Node(jobs => jobs.Every("often", Hour, Tick(jobs), 1));
        await using var two = Node(jobs => jobs.Every("often", Hour, Tick(jobs), 1));
        await one.OpenAsync();
        await two.OpenAsync();
        Scheduler[] schedulers = [new(one.Queue.Runtime, 1, one.Queue.Schedules), new(two.Queue.Runtime, 2, two.Queue.Schedules)];
        foreach (var scheduler in schedulers)
        {
            await scheduler.StartAsync(Workbench.Soon);
        }

        for (var hour = 0; hour < 5; hour++)
        {
            _time.Advance(Hour);
            await Task.WhenAll(schedulers.Select(static scheduler => Task.Run(async () => await scheduler.FireDueAsync(Workbench.Soon))));
        }

        Assert.Equal(5, Assert.Single(await _store!.CountAsync(default)).Count);
    }

    [Theory]
    [InlineData("none", 0)]
    [InlineData("once", 1)]
    [InlineData("all", 4)]
    [InlineData("all 3", 3)]
    public async Task What_nobody_was_there_for_is_caught_up_with_as_the_schedule_says(string policy, int expected)
    {
        var catchUp = policy switch
        {
            "none" => CatchUp.None,
            "once" => CatchUp.Once,
            "all" => CatchUp.All(),
            _ => CatchUp.All(3),
        };
        var start = _time.GetUtcNow();
        await using (var before = Node(jobs => jobs.Every("hourly", Hour, Tick(jobs), 1, catchUp)))
        {
            await before.StartAsync();
        }
        _time.Advance(4.5 * Hour);

        await using var after = Node(jobs => jobs.Every("hourly", Hour, Tick(jobs), 1, catchUp));
        await after.StartAsync();
        await after.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(Enumerable.Range(5 - expected, expected).Select(hour => (DateTimeOffset?)(start + (hour * Hour))), _runs.Order());
        _time.Advance(Hour / 2);
        await after.Queue.DrainAsync(Workbench.Soon);
        Assert.Equal(expected + 1, _runs.Count);
    }

    [Fact]
    public async Task A_schedule_seen_for_the_first_time_has_missed_nothing()
    {
        await using var node = Node(jobs => jobs.Cron("hourly", "@hourly", Tick(jobs), 1, catchUp: CatchUp.All()));
        await node.StartAsync();

        await node.Queue.DrainAsync(Workbench.Soon);

        Assert.Empty(_runs);
    }

    [Fact]
    public async Task Other_times_count_from_when_they_were_given()
    {
        await using (var before = Node(jobs => jobs.Cron("report", "@daily", Tick(jobs), 1)))
        {
            await before.StartAsync();
        }
        _time.Advance(2.5 * Hour);

        await using var after = Node(jobs => jobs.Cron("report", "@hourly", Tick(jobs), 1));
        await after.StartAsync();
        await after.Queue.DrainAsync(Workbench.Soon);

        Assert.Empty(_runs);
    }

    [Fact]
    public async Task A_paused_schedule_enqueues_nothing_and_goes_on_with_the_next_when_resumed()
    {
        await using var node = Node(jobs => jobs.Every("hourly", Hour, Tick(jobs), 1, CatchUp.All()));
        await node.StartAsync();
        var schedule = Assert.Single(node.Queue.Schedules);

        await schedule.PauseAsync();
        await AdvanceAsync(node, 3);
        Assert.Empty(_runs);
        Assert.True((await schedule.GetAsync()).IsPaused);
        Assert.Null((await schedule.GetAsync()).NextOccurrence);

        await schedule.ResumeAsync();
        await node.Queue.DrainAsync(Workbench.Soon);
        Assert.Empty(_runs);
        await AdvanceAsync(node, 1);
        Assert.Equal(_time.GetUtcNow(), Assert.Single(_runs));
    }

    [Fact]
    public async Task A_pause_outlasts_the_process()
    {
        await using (var before = Node(jobs => jobs.Every("hourly", Hour, Tick(jobs), 1)))
        {
            // A program that runs no jobs may say so too.
            await before.OpenAsync();
            await before.Queue.Schedules[0].PauseAsync();
        }

        await using var after = Node(jobs => jobs.Every("hourly", Hour, Tick(jobs), 1));
        await after.StartAsync();
        await AdvanceAsync(after, 3);

        Assert.Empty(_runs);
    }

    [Fact]
    public async Task Run_now_runs_beside_the_occurrences()
    {
        await using var node = Node(jobs => jobs.Every("hourly", Hour, Tick(jobs), 1));
        await node.StartAsync();
        var schedule = node.Queue.Schedules[0];
        await schedule.PauseAsync();

        var handle = await schedule.RunNowAsync();
        await node.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(JobState.Succeeded, (await handle.GetAsync()).State);
        Assert.Null(Assert.Single(_runs));
    }

    [Fact]
    public async Task Where_a_schedule_stands_can_be_asked()
    {
        await using (var other = Node(jobs => jobs.Every("of another program", Hour, Tick(jobs), 1)))
        {
            await other.StartAsync();
        }
        await using var node = Node(jobs => jobs.Cron("nightly", "0 3 * * *", Tick(jobs), 1));
        await node.StartAsync();
        var start = _time.GetUtcNow();
        await AdvanceAsync(node, 4);

        var statuses = await node.Queue.SchedulesAsync();

        Assert.Equal(
            [
                new ScheduleStatus { Name = "nightly", Times = "0 3 * * *", Job = "tick", IsPaused = false, LastOccurrence = start + (3 * Hour), NextOccurrence = start + (27 * Hour) },
                new ScheduleStatus { Name = "of another program", Times = "every 01:00:00", IsPaused = false, LastOccurrence = start },
            ],
            statuses);
        Assert.Equal(statuses[0], await node.Queue.Schedules[0].GetAsync());
    }

    [Fact]
    public async Task A_store_that_fails_is_tried_again_and_the_occurrence_is_not_lost()
    {
        var store = new FailingStore(_time);
        await using var node = new Workbench(store, _time);
        Slow(node.Queue);
        node.Queue.Every("hourly", Hour, Tick(node.Queue), 1, CatchUp.None);
        await node.OpenAsync();
        var scheduler = new Scheduler(node.Queue.Runtime, 1, node.Queue.Schedules);
        await scheduler.StartAsync(default);
        _time.Advance(Hour);
        store.Fails = true;
        await scheduler.FireDueAsync(default);
        store.Fails = false;
        Assert.Empty(await store.CountAsync(default));

        _time.Advance(TimeSpan.FromSeconds(5));
        await scheduler.FireDueAsync(default);

        Assert.Equal(1, Assert.Single(await store.CountAsync(default)).Count);
    }

    [Fact]
    public void Two_schedules_of_one_name_are_refused()
    {
        var queue = new JobQueue();
        var job = queue.Define<int>("job");
        queue.Cron("nightly", "@daily", job, 1);

        Assert.Throws<InvalidOperationException>(() => queue.Every("nightly", Hour, job, 1));
    }

    [Fact]
    public void An_interval_is_at_least_a_second()
    {
        var queue = new JobQueue();
        var job = queue.Define<int>("job");

        Assert.Throws<ArgumentOutOfRangeException>(() => queue.Every("often", TimeSpan.FromMilliseconds(999), job, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CatchUp.All(0));
    }

    private async Task AdvanceAsync(Workbench node, int hours)
    {
        for (var hour = 0; hour < hours; hour++)
        {
            _time.Advance(Hour);
            await node.Queue.DrainAsync(Workbench.Soon);
        }
    }

    private Workbench Node(Action<JobQueue> add)
    {
        var node = new Workbench(_store ??= new InMemoryJobStore(_time), _time);
        Slow(node.Queue);
        add(node.Queue);
        return node;
    }

    // Nobody's lease should run out while the clock jumps.
    private static void Slow(JobQueue queue) => queue.Options = new JobQueueOptions { HeartbeatInterval = TimeSpan.FromDays(1), LeaseTime = TimeSpan.FromDays(30) };

    private Job<int> Tick(JobQueue jobs) => jobs.Define<int>("tick", (int args, JobContext job) =>
    {
        lock (_runs)
        {
            _runs.Add(job.Occurrence);
        }
    });
}
