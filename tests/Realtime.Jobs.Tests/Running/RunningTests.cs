using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Jobs;

public sealed class RunningTests
{
    [Fact]
    public async Task No_more_jobs_of_a_queue_run_at_once_than_allowed()
    {
        await using var bench = new Workbench();
        var (now, most) = (0, 0);
        var release = new TaskCompletionSource();
        var busy = new SemaphoreSlim(0);
        bench.Queue.Queue("narrow", concurrency: 3);
        var job = bench.Queue.Define<int>("job", async (int args, JobContext context) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            busy.Release();
            await release.Task;
            Interlocked.Decrement(ref now);
        }, new JobOptions { Queue = "narrow" });
        await bench.StartAsync();
        await job.EnqueueManyAsync(Enumerable.Range(0, 12));
        for (var started = 0; started < 3; started++)
        {
            Assert.True(await busy.WaitAsync(Workbench.Limit));
        }

        var running = (await bench.Store.CountAsync(default)).Single(static count => count.State == JobState.Running);
        release.SetResult();
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(3, most);
        Assert.Equal(3, running.Count);
    }

    [Fact]
    public async Task A_job_nobody_knows_is_quarantined_with_the_reason()
    {
        await using var bench = new Workbench();
        var removed = bench.Queue.Define<int>("removed");
        await bench.StartAsync();
        var handle = await removed.EnqueueAsync(1);

        var status = await handle.WaitAsync(Workbench.Soon);

        Assert.Equal((JobState.Quarantined, 1), (status.State, status.Attempt));
        Assert.Contains("No job is called 'removed' here", status.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_whose_arguments_no_longer_parse_is_quarantined_and_not_tried_in_a_loop()
    {
        await using var bench = new Workbench();
        var calls = 0;
        bench.Queue.Define<int>("job", (int args) => Interlocked.Increment(ref calls));
        await bench.StartAsync();
        var (id, _, _, _) = await bench.Store.EnqueueAsync(
            new JobSpec { Id = Guid.NewGuid(), Name = "job", Queue = "default", Args = "{\"not\":\"a number\"}"u8.ToArray(), MaxAttempts = 5, EnqueuedAt = bench.Time.GetUtcNow() },
            default);

        await bench.Queue.DrainAsync(Workbench.Soon);

        var status = await bench.Queue.FindAsync(id);
        Assert.Equal((JobState.Quarantined, 0), (status!.State, calls));
        Assert.Contains("do not parse as int", status.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renamed_job_runs_what_was_enqueued_under_its_old_name()
    {
        await using var bench = new Workbench();
        var ran = new TaskCompletionSource<string>();
        bench.Queue.Define<int>("new", (JobContext job, int args) => ran.TrySetResult(job.Name), new JobOptions { Aliases = ["old"] });
        await bench.StartAsync();

        await bench.Store.EnqueueAsync(new JobSpec { Id = Guid.NewGuid(), Name = "old", Queue = "default", Args = "1"u8.ToArray(), EnqueuedAt = bench.Time.GetUtcNow() }, default);
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal("old", await ran.Task);
    }

    [Fact]
    public async Task Each_attempt_has_a_scope_of_services_that_is_disposed_of()
    {
        await using var bench = new Workbench(services: static services => services.AddScoped<Scoped>());
        var seen = new ConcurrentBag<Scoped>();
        var job = bench.Queue.Define<int>("job", (int args, Scoped scoped, CancellationToken cancellation) => seen.Add(scoped));
        await bench.StartAsync();
        await job.EnqueueManyAsync([1, 2]);

        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(2, seen.Distinct().Count());
        Assert.All(seen, static scoped => Assert.True(scoped.IsDisposed));
    }

    [Fact]
    public async Task A_parameter_that_nothing_can_bind_stops_the_start_with_its_name()
    {
        await using var bench = new Workbench();
        bench.Queue.Define<int>("job", (int args, Scoped unknown) => { });

        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.StartAsync());

        Assert.Equal("The job 'job': nothing can bind the parameter 'unknown' of type Scoped.", error.Message);
    }

    [Fact]
    public async Task A_recorded_step_is_not_run_again_by_a_later_attempt()
    {
        await using var bench = new Workbench();
        var log = new List<string>();
        var job = bench.Queue.Define<int, int>("job", async (int args, JobContext job) =>
        {
            var one = await job.StepAsync("one", () => Did("one", 40));
            await job.StepAsync("two", () => Did("two", 0));
            if (job.Attempt == 1)
            {
                throw new InvalidOperationException("Between two and three.");
            }
            return one + await job.StepAsync("three", () => Did("three", 2));
        });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1);

        await bench.Queue.DrainAsync(Workbench.Soon);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(42, await handle.ResultAsync(Workbench.Soon));
        Assert.Equal(["one", "two", "three"], log);

        Task<int> Did(string step, int result)
        {
            log.Add(step);
            return Task.FromResult(result);
        }
    }

    [Fact]
    public async Task A_job_cancelled_between_its_claim_and_its_start_does_not_miss_it()
    {
        await using var bench = new Workbench();
        JobHandle second = null!;
        var release = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        bench.Queue.Queue("one", concurrency: 1);
        var cancelled = 0;
        var job = bench.Queue.Define<int>("job", async (int args, JobContext job) =>
        {
            started.TrySetResult();
            await release.Task;
            cancelled += job.Cancellation.IsCancellationRequested ? 1 : 0;
        }, new JobOptions { Queue = "one" });
        await bench.StartAsync();
        await job.EnqueueAsync(1);
        second = await job.EnqueueAsync(2);
        await started.Task;

        await second.CancelAsync();
        release.SetResult();
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal((JobState.Cancelled, 0), ((await second.GetAsync()).State, cancelled));
    }

    [Fact]
    public async Task Stopping_waits_for_running_jobs_and_leaves_the_rest_for_the_next_start()
    {
        var bench = new Workbench();
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        bench.Queue.Queue("default", concurrency: 1);
        var job = bench.Queue.Define<int>("job", async (int args, JobContext context) =>
        {
            started.TrySetResult();
            await release.Task;
        });
        await bench.StartAsync();
        var first = await job.EnqueueAsync(1);
        var second = await job.EnqueueAsync(2);
        await started.Task;

        var stopping = bench.Queue.StopAsync(CancellationToken.None).AsTask();
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        await stopping.WaitAsync(Workbench.Limit);

        Assert.Equal(JobState.Succeeded, (await bench.Store.FindAsync(first.Id, default))!.State);
        Assert.Equal(JobState.Available, (await bench.Store.FindAsync(second.Id, default))!.State);
        Assert.Empty(await bench.Store.NodesAsync(default));
    }

    [Fact]
    public async Task A_job_that_does_not_end_in_time_is_cancelled_and_handed_back_without_losing_an_attempt()
    {
        var bench = new Workbench();
        var started = new TaskCompletionSource();
        var job = bench.Queue.Define<int>("job", async (int args, JobContext context) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Cancellation);
        }, new JobOptions { MaxAttempts = 1 });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1);
        await started.Task;

        await bench.Queue.StopAsync(new CancellationToken(canceled: true));

        var record = await bench.Store.FindAsync(handle.Id, default);
        Assert.Equal((JobState.Available, 1, 2), (record!.State, record.Attempt, record.MaxAttempts));
    }

    [Fact]
    public async Task A_store_that_fails_pauses_the_work_and_loses_no_outcome()
    {
        var time = new Testing.ManualTimeProvider();
        var store = new FailingStore(time);
        await using var bench = new Workbench(store, time);
        var release = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var job = bench.Queue.Define<int>("job", async (int args, JobContext context) =>
        {
            started.TrySetResult();
            await release.Task;
        });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1);
        await started.Task;

        var failed = store.Failed.NextAsync();
        store.Fails = true;
        await Assert.ThrowsAsync<JobStoreException>(async () => await job.EnqueueAsync(2));
        release.SetResult();
        await failed.WaitAsync(Workbench.Limit);
        store.Fails = false;
        var ended = handle.WaitAsync(Workbench.Soon);
        while (!ended.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(JobState.Succeeded, (await ended).State);
    }

    [Fact]
    public async Task A_node_that_cannot_heartbeat_cancels_its_jobs_before_its_lease_ends()
    {
        var time = new Testing.ManualTimeProvider();
        var store = new FailingStore(time);
        await using var bench = new Workbench(store, time);
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource<DateTimeOffset>();
        var job = bench.Queue.Define<int>("job", async (int args, JobContext context) =>
        {
            context.Cancellation.Register(() => cancelled.TrySetResult(time.GetUtcNow()));
            started.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Cancellation);
        });
        await bench.StartAsync();
        var lease = time.GetUtcNow();
        await job.EnqueueAsync(1);
        await started.Task;

        store.Fails = true;
        for (var beat = 0; beat < 3; beat++)
        {
            var failed = store.Failed.NextAsync();
            time.Advance(TimeSpan.FromSeconds(5));
            await failed.WaitAsync(Workbench.Limit);
        }

        Assert.True(await cancelled.Task.WaitAsync(Workbench.Limit) < lease + bench.Queue.Options.LeaseTime);
        store.Fails = false;
    }

    [Fact]
    public async Task The_jobs_of_a_node_that_fell_silent_run_again_elsewhere_and_its_late_end_is_not_recorded()
    {
        var time = new Testing.ManualTimeProvider();
        var store = new InMemoryJobStore(time);
        await store.HeartbeatAsync(new JobNode(1, "", 0, 0), TimeSpan.FromSeconds(20), default);
        var spec = new JobSpec { Id = Guid.NewGuid(), Name = "job", Queue = "default", Args = "1"u8.ToArray(), MaxAttempts = 3, EnqueuedAt = time.GetUtcNow() };
        await store.EnqueueAsync(spec, default);
        var lost = Assert.Single((await store.ClaimAsync(1, [new QueueDemand("default", 1)], default)).Jobs);
        await using var bench = new Workbench(store, time);
        var job = bench.Queue.Define<int, int>("job", (int args, JobContext context) => Task.FromResult(context.Attempt));
        await bench.StartAsync();

        var ended = bench.Queue.Handle(spec.Id).WaitAsync(Workbench.Soon);
        for (var seconds = 0; seconds < 25; seconds++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }
        await bench.Queue.DrainAsync(Workbench.Soon);
        var late = await store.CompleteAsync(1, [new JobOutcome { Id = spec.Id, Attempt = lost.Attempt, State = JobState.Failed }], default);

        Assert.Equal((JobState.Succeeded, 2), ((await ended).State, (await ended).Attempt));
        Assert.Null(late[0]);
    }

    [Fact]
    public async Task Enqueueing_before_the_queue_is_open_says_what_to_do()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int>("job");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await job.EnqueueAsync(1));

        Assert.Contains("not open yet", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_jobs_of_one_name_are_refused()
    {
        var queue = new JobQueue();
        queue.Define<int>("job", options: new JobOptions { Aliases = ["older"] });

        Assert.Throws<InvalidOperationException>(() => queue.Define<int>("job"));
        Assert.Throws<InvalidOperationException>(() => queue.Define<string>("older"));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }

    private sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    [Fact]
    public async Task A_job_that_is_not_worth_running_any_more_is_cancelled_with_the_reason_and_one_that_has_started_is_not()
    {
        await using var bench = new Workbench();
        var ran = new List<string>();
        var job = bench.Queue.Define<string>("job", (string args, JobContext context) =>
        {
            ran.Add(args);
            return context.Attempt == 1 ? throw new FormatException("No.") : Task.CompletedTask;
        }, new JobOptions { Expires = TimeSpan.FromMinutes(10), Backoff = new Backoff { First = TimeSpan.FromHours(1), Jitter = 0 } });
        await bench.StartAsync();
        await bench.Queue.PauseAsync("default");
        var late = await job.EnqueueAsync("late");
        var longer = await job.EnqueueAsync("longer", new EnqueueOptions { Expires = TimeSpan.FromHours(1) });
        var delayed = await job.EnqueueAsync("delayed", delay: TimeSpan.FromMinutes(9));

        bench.Time.Advance(TimeSpan.FromMinutes(11));
        await bench.Queue.ResumeAsync("default");
        await bench.Queue.DrainAsync(Workbench.Soon);
        bench.Time.Advance(TimeSpan.FromHours(1));
        await bench.Queue.DrainAsync(Workbench.Soon);

        var status = await late.GetAsync();
        Assert.Equal((JobState.Cancelled, "Expired"), (status.State, status.Error!.Type));
        Assert.Equal(["delayed", "delayed", "longer", "longer"], ran.Order());
        Assert.Equal((JobState.Succeeded, JobState.Succeeded), ((await longer.GetAsync()).State, (await delayed.GetAsync()).State));
    }
}
