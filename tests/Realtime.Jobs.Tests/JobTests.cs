using Realtime.Testing;

namespace Realtime;

public sealed class JobTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task A_failed_job_is_tried_again_after_its_backoff()
    {
        var app = new App();
        var flaky = app.Job("flaky", (Flaky args, JobContext job) =>
            job.Attempt <= args.FailTimes ? throw new InvalidOperationException("Not yet.") : Task.CompletedTask);
        await using var server = await TestServer.StartAsync(app);
        var handle = await flaky.EnqueueAsync(new(FailTimes: 1));

        await server.Jobs.DrainAsync(Soon);
        var waiting = await handle.GetAsync();
        server.Time.Advance(TimeSpan.FromMinutes(1));
        await server.Jobs.DrainAsync(Soon);

        Assert.Equal((JobState.Scheduled, "Not yet."), (waiting.State, waiting.Error?.Message));
        var done = await handle.GetAsync();
        Assert.Equal((2, JobState.Succeeded), (done.Attempt, done.State));
    }

    [Fact]
    public async Task A_result_is_typed_and_awaited()
    {
        var app = new App();
        var add = app.Job("add", async (Sum args, JobContext job) =>
        {
            await Task.Yield();
            return args.A + args.B;
        });
        await using var server = await TestServer.StartAsync(app);

        var sum = await (await add.EnqueueAsync(new Sum(2, 3))).ResultAsync(Soon);

        Assert.Equal(5, sum);
    }

    [Fact]
    public async Task Awaiting_the_result_of_a_job_that_failed_says_why()
    {
        var app = new App();
        var doomed = app.Job("doomed", (Sum args, JobContext job) => throw new JobGiveUpException("No use."));
        await using var server = await TestServer.StartAsync(app);
        var handle = await doomed.EnqueueAsync(new Sum(1, 1));

        var failure = await Assert.ThrowsAsync<JobFailedException>(() => handle.ResultAsync<int>(Soon));

        Assert.Equal((JobState.Failed, "No use."), (failure.State, failure.Error?.Message));
        Assert.Equal(1, (await handle.GetAsync()).Attempt);
    }

    [Fact]
    public async Task A_job_out_of_attempts_fails_for_good()
    {
        var app = new App();
        var doomed = app.Job("doomed", (Sum args, JobContext job) => throw new InvalidOperationException("Never."), new JobOptions { MaxAttempts = 2 });
        await using var server = await TestServer.StartAsync(app);
        var handle = await doomed.EnqueueAsync(new Sum(1, 1));

        await server.Jobs.DrainAsync(Soon);
        server.Time.Advance(TimeSpan.FromHours(1));
        await server.Jobs.DrainAsync(Soon);

        var status = await handle.GetAsync();
        Assert.Equal((JobState.Failed, 2), (status.State, status.Attempt));
    }

    [Fact]
    public async Task A_delayed_job_runs_when_its_time_has_come()
    {
        var app = new App();
        var mail = app.Job("mail", (Sum args, JobContext job) => Task.CompletedTask);
        await using var server = await TestServer.StartAsync(app);
        var handle = await mail.EnqueueAsync(new Sum(1, 1), delay: TimeSpan.FromHours(1));

        await server.Jobs.DrainAsync(Soon);
        server.Time.Advance(TimeSpan.FromMinutes(59));
        await server.Jobs.DrainAsync(Soon);
        var early = (await handle.GetAsync()).State;
        server.Time.Advance(TimeSpan.FromMinutes(1));
        var done = await handle.WaitAsync(Soon);

        Assert.Equal((JobState.Scheduled, JobState.Succeeded), (early, done.State));
    }

    [Fact]
    public async Task A_running_job_sees_its_cancel_at_once_and_is_not_tried_again()
    {
        var app = new App();
        var started = new TaskCompletionSource();
        var endless = app.Job("endless", async (Sum args, JobContext job) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Cancellation);
        });
        await using var server = await TestServer.StartAsync(app);
        var handle = await endless.EnqueueAsync(new Sum(1, 1));
        await started.Task.WaitAsync(Soon);

        await handle.CancelAsync();

        Assert.Equal(JobState.Cancelled, (await handle.WaitAsync(Soon)).State);
    }

    [Fact]
    public async Task A_test_that_ends_while_a_job_runs_does_not_wait_for_it_for_ever()
    {
        var app = new App();
        var started = new TaskCompletionSource();
        var endless = app.Job("endless", async (Sum args, JobContext job) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Cancellation);
        });
        var server = await TestServer.StartAsync(app, new TestServerOptions { ShutdownTimeout = TimeSpan.FromMilliseconds(50) });
        await endless.EnqueueAsync(new Sum(1, 1));
        await started.Task.WaitAsync(Soon);

        // The app's clock stands still, so the limit must be one of real time.
        await server.DisposeAsync().AsTask().WaitAsync(Soon);
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_is_stopped_and_counts_as_failed()
    {
        var app = new App();
        var started = new TaskCompletionSource();
        var endless = app.Job("endless", async (Sum args, JobContext job) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Cancellation);
        }, new JobOptions { Timeout = TimeSpan.FromSeconds(10), MaxAttempts = 1 });
        await using var server = await TestServer.StartAsync(app);
        var handle = await endless.EnqueueAsync(new Sum(1, 1));
        await started.Task.WaitAsync(Soon);

        server.Time.Advance(TimeSpan.FromSeconds(10));

        var status = await handle.WaitAsync(Soon);
        Assert.Equal((JobState.Failed, nameof(TimeoutException)), (status.State, status.Error?.Type));
    }

    private sealed record Flaky(int FailTimes);

    private sealed record Sum(int A, int B);
}
