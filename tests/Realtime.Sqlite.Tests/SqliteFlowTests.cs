using Realtime.Jobs;

namespace Realtime.Sqlite;

/// <summary>Flows and what their jobs say, between queues that share nothing but the file.</summary>
public sealed class SqliteFlowTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();

    private static CancellationToken Soon => new CancellationTokenSource(Limit).Token;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_flow_enqueued_in_one_process_is_run_by_two_others_and_awaited_in_the_first()
    {
        await using var producer = Queue(runs: false, out var twice, out var sum);
        await producer.OpenAsync();
        await using var one = Queue(runs: true, out _, out _);
        await using var two = Queue(runs: true, out _, out _);
        await one.StartAsync();
        await two.StartAsync();

        var flow = await producer.Group(Enumerable.Range(1, 20).Select(n => twice.With(n).Then(twice))).Then(sum).EnqueueAsync();

        Assert.Equal(840, await flow.ResultAsync(Soon));
        Assert.Equal(40, (await flow.ChildrenAsync()).Count);
    }

    [Fact]
    public async Task What_a_job_says_is_seen_from_another_process()
    {
        await using var producer = Queue(runs: false, out var twice, out _);
        await producer.OpenAsync();
        await using var worker = Queue(runs: true, out _, out _);
        await worker.StartAsync();

        var handle = await twice.EnqueueAsync(21);
        var events = await handle.EventsAsync(Soon).ToListAsync();

        Assert.Equal("Doubling 21.", Assert.Single(events.OfType<JobLogged>()).Line.Text);
        Assert.Equal(1, Assert.Single(events.OfType<JobProgressed>()).Fraction);
        Assert.Equal((JobState.Succeeded, 42), (Assert.IsType<JobFinished>(events[^1]).State, ((JobFinished)events[^1]).Result!.Value.GetInt32()));
    }

    private JobQueue Queue(bool runs, out Job<int, int> twice, out Job<int[], int> sum)
    {
        var queue = new JobQueue { Options = new JobQueueOptions { RunsJobs = runs, PollInterval = TimeSpan.FromMilliseconds(20) } };
        queue.UseSqlite(_folder.File("jobs.db"), new SqliteJobStoreOptions { FullSync = false });
        twice = queue.Define<int, int>("twice", async (int args, JobContext job) =>
        {
            job.Log($"Doubling {args}.");
            await job.ReportAsync(1);
            return args * 2;
        });
        sum = queue.Define<int[], int>("sum", (int[] args) => args.Sum());
        return queue;
    }
}
