using Microsoft.Extensions.Logging;

namespace Realtime.Jobs;

public sealed class RetryTests
{
    private static readonly Backoff Exact = new() { First = TimeSpan.FromSeconds(10), Jitter = 0 };

    [Fact]
    public async Task The_first_rule_that_fits_the_exception_says_how_often_and_how_soon()
    {
        var options = new JobOptions
        {
            MaxAttempts = 5,
            Backoff = Exact,
            RetryRules =
            [
                RetryRule.GiveUp<ArgumentException>(static exception => exception is not ArgumentNullException),
                RetryRule.For<IOException>(maxAttempts: 2, Exact with { First = TimeSpan.FromSeconds(3) }),
                RetryRule.For<Exception>(when: static exception => exception.Message == "never asked"),
            ],
        };

        Assert.Equal((JobState.Failed, 1, null), await FailAsync(options, static () => new ArgumentException("bad")));
        Assert.Equal((JobState.Scheduled, 1, TimeSpan.FromSeconds(10)), await FailAsync(options, static () => new ArgumentNullException("x")));
        Assert.Equal((JobState.Scheduled, 1, TimeSpan.FromSeconds(3)), await FailAsync(options, static () => new FileNotFoundException()));
        Assert.Equal((JobState.Failed, 2, null), await FailAsync(options, static () => new FileNotFoundException(), waits: 1));
        Assert.Equal((JobState.Scheduled, 1, TimeSpan.FromSeconds(10)), await FailAsync(options, static () => new InvalidOperationException()));
    }

    [Fact]
    public async Task A_rule_may_allow_more_attempts_than_usual()
    {
        var options = new JobOptions { MaxAttempts = 1, Backoff = Exact with { Factor = 1 }, RetryRules = [RetryRule.For<IOException>(maxAttempts: 3)] };

        Assert.Equal((JobState.Failed, 3, null), await FailAsync(options, static () => new IOException(), waits: 5));
        Assert.Equal((JobState.Failed, 1, null), await FailAsync(options, static () => new InvalidOperationException()));
    }

    [Fact]
    public async Task An_exception_that_knows_when_sets_the_time_and_counts()
    {
        var options = new JobOptions { MaxAttempts = 2, Backoff = Exact };

        Assert.Equal((JobState.Scheduled, 1, TimeSpan.FromSeconds(77)), await FailAsync(options, static () => new TooManyRequests(TimeSpan.FromSeconds(77))));
        Assert.Equal((JobState.Failed, 2, null), await FailAsync(options, static () => new TooManyRequests(TimeSpan.FromSeconds(7)), waits: 1));
    }

    [Fact]
    public async Task A_job_that_snoozes_runs_later_and_loses_no_attempt()
    {
        await using var bench = new Workbench();
        var tries = 0;
        var job = bench.Queue.Define<int>("job", void (int args) => throw (++tries <= 3 ? new JobSnoozeException(TimeSpan.FromMinutes(5)) : new InvalidOperationException("Now it counts.")), new JobOptions { MaxAttempts = 1 });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1);

        await bench.Queue.DrainAsync(Workbench.Soon);
        var asleep = await handle.GetAsync();
        for (var nap = 0; nap < 3; nap++)
        {
            bench.Time.Advance(TimeSpan.FromMinutes(5));
            await bench.Queue.DrainAsync(Workbench.Soon);
        }

        Assert.Equal((JobState.Scheduled, asleep.EnqueuedAt.AddMinutes(5)), (asleep.State, asleep.DueAt));
        Assert.Null(asleep.Error);
        var end = await handle.GetAsync();
        Assert.Equal((JobState.Failed, 4, "Now it counts."), (end.State, end.Attempt, end.Error?.Message));
        Assert.Single(bench.Log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_rule_that_throws_and_a_wait_without_an_end_do_no_harm()
    {
        await using var bench = new Workbench();
        bench.Queue.Queue("default", concurrency: 1);
        var broken = bench.Queue.Define<int>("broken", void (int args) => throw new IOException("x"), new JobOptions
        {
            Backoff = Exact,
            RetryRules = [RetryRule.For<IOException>(when: static _ => throw new InvalidOperationException("In the rule."))],
        });
        var endless = bench.Queue.Define<int>("endless", void (int args) => throw (args == 1 ? new JobSnoozeException(TimeSpan.MaxValue) : new JobRetryException(TimeSpan.MaxValue, "Never.")));
        await bench.StartAsync();
        JobHandle[] handles = [await broken.EnqueueAsync(1), await endless.EnqueueAsync(1), await endless.EnqueueAsync(2)];

        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(bench.Time.GetUtcNow().AddSeconds(10), (await handles[0].GetAsync()).DueAt);
        Assert.Equal(DateTimeOffset.MaxValue, (await handles[1].GetAsync()).DueAt);
        Assert.Equal(DateTimeOffset.MaxValue, (await handles[2].GetAsync()).DueAt);
        Assert.Contains(bench.Log.Entries, static entry => entry.Id == 3016);
    }

    private static async Task<(JobState State, int Attempt, TimeSpan? Wait)> FailAsync(JobOptions options, Func<Exception> exception, int waits = 0)
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int>("job", void (int args) => throw exception(), options);
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1);
        await bench.Queue.DrainAsync(Workbench.Soon);
        for (var wait = 0; wait < waits; wait++)
        {
            bench.Time.Advance(TimeSpan.FromMinutes(1));
            await bench.Queue.DrainAsync(Workbench.Soon);
        }
        var status = await handle.GetAsync();
        return (status.State, status.Attempt, status.State == JobState.Scheduled ? status.DueAt - bench.Time.GetUtcNow() : null);
    }

    private sealed class TooManyRequests(TimeSpan after) : JobRetryException(after, "429");
}
