namespace Realtime.Testing;

public sealed class TestJobsTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task Inline_a_job_has_run_when_its_enqueue_returns_and_so_has_what_it_enqueued()
    {
        var app = new App();
        var ran = new List<string>();
        var child = app.Job("child", (string args, JobContext job) =>
        {
            ran.Add(args);
            return Task.CompletedTask;
        });
        var parent = app.Job("parent", async (string args, JobContext job) =>
        {
            await child.EnqueueAsync($"child of {args}");
            ran.Add(args);
        });
        // One at a time: a job that waited for its child would wait for ever.
        app.Jobs.Queue("default", 1);
        await using var server = await TestServer.StartAsync(app, new TestServerOptions { Jobs = TestJobs.Inline });

        var handle = await parent.EnqueueAsync("Ada", cancellationToken: Soon);

        Assert.Equal(["Ada", "child of Ada"], ran);
        Assert.Equal(JobState.Succeeded, (await handle.GetAsync()).State);
    }

    [Fact]
    public async Task Inline_a_delayed_job_waits_for_its_time()
    {
        var app = new App();
        var ran = 0;
        var job = app.Job("job", (int args, JobContext context) => Task.FromResult(++ran));
        await using var server = await TestServer.StartAsync(app, new TestServerOptions { Jobs = TestJobs.Inline });

        await job.EnqueueAsync(1, delay: TimeSpan.FromMinutes(1), cancellationToken: Soon);
        Assert.Equal(0, ran);
        await server.AdvanceAsync(TimeSpan.FromMinutes(1), Soon);

        Assert.Equal(1, ran);
    }

    [Fact]
    public async Task Manual_nothing_runs_before_it_is_drained()
    {
        var app = new App();
        var ran = 0;
        var job = app.Job("job", (int args, JobContext context) => Task.FromResult(++ran));
        await using var server = await TestServer.StartAsync(app, new TestServerOptions { Jobs = TestJobs.Manual });

        var first = await job.EnqueueAsync(1);
        Assert.Equal(JobState.Available, (await first.GetAsync()).State);
        await server.Jobs.DrainAsync(Soon);
        Assert.Equal(1, ran);

        var second = await job.EnqueueAsync(2);
        Assert.Equal(JobState.Available, (await second.GetAsync()).State);
    }

    [Fact]
    public async Task What_was_enqueued_is_remembered_with_its_arguments_also_where_they_are_encrypted()
    {
        var app = new App();
        app.Jobs.EncryptArgs(new JobKeyRing("key", new byte[JobKeyRing.KeyLength]));
        var greet = app.Job("greet", (string args, JobContext job) => Task.CompletedTask);
        var count = app.Job("count", (int args, JobContext job) => Task.CompletedTask);
        await using var server = await TestServer.StartAsync(app);

        await greet.EnqueueAsync("Ada", priority: 3);
        await count.EnqueueManyAsync([1, 2], delay: TimeSpan.FromHours(1));
        await server.Jobs.DrainAsync(Soon);

        var greeted = Assert.Single(server.Jobs.Enqueued<string>("greet"));
        Assert.Equal(("Ada", 3, "default", null), (greeted.Args, greeted.Priority, greeted.Queue, greeted.Delay));
        Assert.Equal([1, 2], server.Jobs.Enqueued(count).Select(static job => job.Args));
        Assert.All(server.Jobs.Enqueued(count), static job => Assert.Equal(TimeSpan.FromHours(1), job.Delay));
        Assert.Equal(["greet", "count", "count"], server.Jobs.Enqueued().Select(static job => job.Name));
        Assert.Empty(server.Jobs.Enqueued<int>("nothing"));
    }

    [Fact]
    public async Task Advancing_runs_retries_and_schedules_at_their_own_times()
    {
        var app = new App();
        var ran = new List<(string What, TimeSpan After)>();
        TestServer? server = null;
        var start = default(DateTimeOffset);
        var flaky = app.Job("flaky", (int args, JobContext job) =>
        {
            ran.Add(($"attempt {job.Attempt}", server!.Time.GetUtcNow() - start));
            return job.Attempt == 3 ? Task.CompletedTask : throw new InvalidOperationException("Not yet.");
        }, new JobOptions { Backoff = new Backoff { First = TimeSpan.FromMinutes(10), Factor = 2, Jitter = 0 } });
        app.Every("hourly", TimeSpan.FromHours(1), app.Job("tick", (int args, JobContext job) =>
        {
            ran.Add(("tick", server!.Time.GetUtcNow() - start));
            return Task.CompletedTask;
        }), 1);
        await using var running = server = await TestServer.StartAsync(app);
        start = server.Time.GetUtcNow();
        await flaky.EnqueueAsync(1);

        await server.AdvanceAsync(TimeSpan.FromMinutes(130), Soon);

        Assert.Equal(
            [
                ("attempt 1", TimeSpan.Zero),
                ("attempt 2", TimeSpan.FromMinutes(10)),
                ("attempt 3", TimeSpan.FromMinutes(30)),
                ("tick", TimeSpan.FromMinutes(60)),
                ("tick", TimeSpan.FromMinutes(120)),
            ],
            ran);
        Assert.Equal(start + TimeSpan.FromMinutes(130), server.Time.GetUtcNow());
    }

    [Fact]
    public async Task An_app_without_jobs_gets_none()
    {
        var app = new App();
        await using var server = await TestServer.StartAsync(app);

        Assert.Null(app.Extension<JobQueue>());
    }
}
