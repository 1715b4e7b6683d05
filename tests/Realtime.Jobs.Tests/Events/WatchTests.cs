using System.Collections.Concurrent;

namespace Realtime.Jobs;

public sealed class WatchTests
{
    [Fact]
    public async Task What_a_job_says_and_does_is_an_async_sequence_that_ends_with_it()
    {
        await using var bench = new Workbench();
        var seen = new SemaphoreSlim(0);
        var job = bench.Queue.Define<int, int>("job", async (int args, JobContext context) =>
        {
            context.Log("Looking.");
            await context.ReportAsync(0.5, "half");
            Assert.True(await seen.WaitAsync(Workbench.Limit));
            if (context.Attempt == 1)
            {
                throw new InvalidOperationException("Once.");
            }
            context.Log("Found.");
            return 7;
        });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1);
        var events = new List<string>();

        await foreach (var happened in handle.EventsAsync(Workbench.Soon))
        {
            events.Add(Describe(happened));
            if (happened is JobLogged { Line.Attempt: 1 } or JobStarted { Attempt: 2 })
            {
                seen.Release();
            }
            if (happened is JobRetrying)
            {
                bench.Time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        Assert.Equal(
            ["started 1", "log 1 Looking.", "progress 0.5 half", "retrying Once.", "started 2", "log 2 Looking.", "log 2 Found.", "finished Succeeded 7"],
            events);
    }

    [Fact]
    public async Task Watching_a_job_that_has_ended_tells_all_that_is_kept_of_it()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int>("job", (int args, JobContext context) =>
        {
            for (var line = 0; line < args; line++)
            {
                context.Log($"{line}");
            }
        });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(500);
        await handle.WaitAsync(Workbench.Soon);

        var events = await handle.EventsAsync(Workbench.Soon).ToListAsync();

        Assert.Equal(502, events.Count);
        Assert.Equal(Enumerable.Range(0, 500).Select(static line => $"{line}"), events.OfType<JobLogged>().Select(static logged => logged.Line.Text));
        Assert.Equal(500, (await handle.LogAsync()).Count);
        Assert.Equal("499", Assert.Single(await handle.LogAsync(events.OfType<JobLogged>().ElementAt(498).Line.Number)).Text);
    }

    [Fact]
    public async Task Watching_a_job_that_is_not_there_says_so()
    {
        await using var bench = new Workbench();
        await bench.StartAsync();

        await Assert.ThrowsAsync<KeyNotFoundException>(async () => await bench.Queue.Handle(Guid.NewGuid()).EventsAsync(Workbench.Soon).ToListAsync());
    }

    [Fact]
    public async Task A_flood_of_lines_keeps_the_newest_and_a_long_one_is_cut()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int>("job", (int args, JobContext context) =>
        {
            for (var line = 1; line <= args; line++)
            {
                context.Log($"{line}");
            }
            context.Log(new string('x', 100_000));
        });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(20_000);
        await handle.WaitAsync(Workbench.Soon);

        var lines = await handle.LogAsync(limit: 5000);

        Assert.Equal(JobLogLine.MostKept, lines.Count);
        Assert.Equal(("20000", JobLogLine.MostCharacters), (lines[^2].Text, lines[^1].Text.Length));
    }

    [Fact]
    public async Task The_cancel_of_a_job_that_waits_ends_the_sequence()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int>("job", (int args) => { });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1, delay: TimeSpan.FromDays(1));
        var events = handle.EventsAsync(Workbench.Soon).ToListAsync();

        await handle.CancelAsync();

        Assert.Equal(["finished Cancelled "], (await events).Select(Describe));
    }

    [Fact]
    public async Task A_later_attempt_goes_on_where_the_cursor_was_saved()
    {
        await using var bench = new Workbench();
        var rows = new ConcurrentQueue<int>();
        var job = bench.Queue.Define<int, int>("job", async (int args, JobContext context) =>
        {
            for (var row = await context.CursorAsync<int>(); row < args; row++)
            {
                rows.Enqueue(row);
                if (row == 25 && context.Attempt == 1)
                {
                    throw new InvalidOperationException("Half way.");
                }
                if (row % 10 == 9)
                {
                    await context.SaveCursorAsync(row + 1);
                }
            }
            return await context.CursorAsync<int>();
        });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(40);

        await bench.Queue.DrainAsync(Workbench.Soon);
        bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(40, await handle.ResultAsync(Workbench.Soon));
        Assert.Equal([.. Enumerable.Range(0, 26), .. Enumerable.Range(20, 20)], rows);
    }

    private static string Describe(JobEvent happened) => happened switch
    {
        JobStarted started => $"started {started.Attempt}",
        JobLogged logged => $"log {logged.Line.Attempt} {logged.Line.Text}",
        JobProgressed progressed => $"progress {progressed.Fraction} {progressed.Message}",
        JobRetrying retrying => $"retrying {retrying.Error?.Message}",
        JobFinished finished => $"finished {finished.State} {finished.Result}",
        _ => happened.ToString(),
    };
}
