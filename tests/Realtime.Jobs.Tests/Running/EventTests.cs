using System.Collections.Concurrent;

namespace Realtime.Jobs;

public sealed class EventTests
{
    [Fact]
    public async Task What_happens_to_a_job_is_seen_in_order()
    {
        await using var bench = new Workbench();
        var seen = new ConcurrentQueue<string>();
        bench.Queue.Observe(happened => seen.Enqueue(happened switch
        {
            JobStarted started => $"started {started.Attempt}",
            JobProgressed progressed => $"progress {progressed.Fraction} {progressed.Message}",
            JobRetrying retrying => $"retrying {retrying.Error?.Message}",
            JobFinished finished => $"finished {finished.State} {finished.Result}",
            _ => happened.ToString(),
        }));
        var job = bench.Queue.Define<int, int>("job", async (int args, JobContext context) =>
        {
            await context.ReportAsync(0.5, "half");
            return context.Attempt == 1 ? throw new InvalidOperationException("Once.") : 7;
        });
        await bench.StartAsync();
        await job.EnqueueAsync(1);

        await bench.Queue.DrainAsync(Workbench.Soon);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(
            ["started 1", "progress 0.5 half", "retrying Once.", "started 2", "progress 0.5 half", "finished Succeeded 7"],
            seen);
    }

    [Fact]
    public async Task A_tight_loop_of_reports_does_not_flood_its_watchers_and_the_last_is_always_seen()
    {
        await using var bench = new Workbench();
        var seen = new ConcurrentQueue<double>();
        bench.Queue.Observe(happened =>
        {
            if (happened is JobProgressed progressed)
            {
                seen.Enqueue(progressed.Fraction);
            }
        });
        var job = bench.Queue.Define<int>("job", async (int args, JobContext context) =>
        {
            for (var turn = 1; turn <= 10_000; turn++)
            {
                await context.ReportAsync(turn / 10_000.0, "turn");
            }
        });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1);

        await bench.Queue.DrainAsync(Workbench.Soon);

        // The clock stands still: the first may be seen at once, and then only the last.
        Assert.InRange(seen.Count, 1, 2);
        Assert.Equal(1, seen.Last());
        Assert.Equal(1, (await handle.GetAsync()).Progress);
    }

    [Fact]
    public async Task Progress_can_be_read_while_the_job_runs()
    {
        await using var bench = new Workbench();
        var shown = new SemaphoreSlim(0);
        bench.Queue.Observe(happened =>
        {
            if (happened is JobProgressed)
            {
                shown.Release();
            }
        });
        var release = new TaskCompletionSource();
        var job = bench.Queue.Define<int>("job", async (int args, JobContext context) =>
        {
            await context.ReportAsync(2, "more than all");
            await release.Task;
        });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1);
        Assert.True(await shown.WaitAsync(Workbench.Limit));

        // What watchers are shown is in the store soon after.
        var status = await handle.GetAsync();
        using var limit = new CancellationTokenSource(Workbench.Limit);
        while (status.Progress is not 1.0)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Delay(1, limit.Token);
            status = await handle.GetAsync();
        }
        release.SetResult();

        Assert.Equal((JobState.Running, 1.0, "more than all"), (status.State, status.Progress, status.Message));
    }

    [Fact]
    public async Task An_observer_that_throws_harms_nobody()
    {
        await using var bench = new Workbench();
        bench.Queue.Observe(static _ => throw new InvalidOperationException("Mine."));
        var job = bench.Queue.Define<int, int>("job", (int args) => args + 1);
        await bench.StartAsync();

        Assert.Equal(2, await (await job.EnqueueAsync(1)).ResultAsync(Workbench.Soon));
        Assert.Contains(bench.Log.Entries, static entry => entry.Id == 3010);
    }

    [Fact]
    public async Task Whoever_waits_for_a_job_hears_of_its_cancel()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int, int>("job", (int args) => args);
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1, delay: TimeSpan.FromDays(1));
        var result = handle.ResultAsync(Workbench.Soon);

        await handle.CancelAsync();

        Assert.Equal(JobState.Cancelled, (await Assert.ThrowsAsync<JobFailedException>(() => result)).State);
    }
}
