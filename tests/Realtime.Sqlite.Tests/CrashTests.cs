using System.Diagnostics;
using System.Globalization;

namespace Realtime.Sqlite;

/// <summary>Real processes, really killed.</summary>
public sealed class CrashTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_jobs_of_a_killed_process_run_again_as_soon_as_another_starts_on_the_file()
    {
        var file = _folder.File("jobs.db");
        var (process, said) = await Victim.StartAsync(file);
        using (process)
        {
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(Limit);
        }

        await using var queue = Queue(file, out var job, out var journal);
        await queue.StartAsync();

        var acknowledged = said.Where(static line => line.StartsWith("enqueued", StringComparison.Ordinal)).Select(static line => line.Split(' ')).ToList();
        Assert.Equal(Victim.Jobs, acknowledged.Count);
        foreach (var (id, number) in acknowledged.Select(static words => (Guid.Parse(words[1]), int.Parse(words[2], CultureInfo.InvariantCulture))))
        {
            var status = await queue.Handle(id).WaitAsync(new CancellationTokenSource(Limit).Token);
            Assert.Equal((JobState.Succeeded, 2, number * 2), (status.State, status.Attempt, status.Result!.Value.GetInt32()));
        }
        Assert.DoesNotContain("step", journal.ToString(), StringComparison.Ordinal);
        Assert.Equal([Victim.Jobs], (await CountAsync(file)).Select(static count => count.Count));
    }

    [Fact]
    public async Task The_jobs_of_a_living_process_are_left_to_it_and_taken_over_once_it_is_dead()
    {
        var file = _folder.File("jobs.db");
        var (process, said) = await Victim.StartAsync(file);
        using (process)
        {
            await using var queue = Queue(file, out _, out _);
            queue.Options = queue.Options with { HeartbeatInterval = TimeSpan.FromMilliseconds(200), LeaseTime = TimeSpan.FromHours(1) };
            try
            {
                await queue.StartAsync();
                // The sweep at the start has been, and one more will have been when this job has run.
                var id = Guid.Parse(said.First(static line => line.StartsWith("running", StringComparison.Ordinal)).Split(' ')[1]);
                var living = await queue.FindAsync(id);
                process.Kill();
                var taken = await queue.Handle(id).WaitAsync(new CancellationTokenSource(Limit).Token);

                Assert.Equal((JobState.Running, 1), (living!.State, living.Attempt));
                Assert.Equal((JobState.Succeeded, 2), (taken.State, taken.Attempt));
            }
            finally
            {
                process.Kill();
            }
        }
    }

    [Theory]
    [InlineData(FlowCrash.Running, 1)]
    [InlineData(FlowCrash.Running, 2)]
    [InlineData(FlowCrash.Running, 4)]
    [InlineData(FlowCrash.Running, 5)]
    [InlineData(FlowCrash.BeforeRecord, 1)]
    [InlineData(FlowCrash.BeforeRecord, 2)]
    [InlineData(FlowCrash.BeforeRecord, 3)]
    [InlineData(FlowCrash.AfterRecord, 1)]
    [InlineData(FlowCrash.AfterRecord, 2)]
    [InlineData(FlowCrash.AfterRecord, 3)]
    public async Task A_crash_at_any_point_of_a_flow_neither_loses_nor_doubles_the_outcome_of_a_step(FlowCrash when, int turn)
    {
        var file = _folder.File("jobs.db");
        using (var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(CrashTests).Assembly.Location, "flow", file, $"{when}", turn.ToString(CultureInfo.InvariantCulture)]))!)
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
            Assert.Equal(128 + 9, process.ExitCode);
        }
        var done = (await File.ReadAllLinesAsync(file + ".steps")).ToList();
        var recorded = await SucceededAsync(file);

        await using var queue = new JobQueue { Options = new JobQueueOptions { LeaseTime = TimeSpan.FromHours(1) } };
        queue.UseSqlite(file);
        FlowVictim.Define(queue, step =>
        {
            lock (done)
            {
                done.Add(step);
            }
        });
        await queue.StartAsync();
        using var limit = new CancellationTokenSource(Limit);
        var last = await queue.Handle(Guid.Parse(await File.ReadAllTextAsync(file + ".id"))).WaitAsync(limit.Token);

        Assert.Equal("a+++ a+++.", last.Result!.Value.GetString());
        var steps = await queue.ListAsync();
        Assert.Equal(5, steps.Count);
        Assert.All(steps, static step => Assert.Equal(JobState.Succeeded, step.State));
        // What was recorded before the crash has stayed as it was; and nothing ran more often than it had to.
        Assert.All(recorded, step => Assert.Equal(Outcome(step), Outcome(steps.Single(other => other.Id == step.Id))));
        Assert.InRange(done.Count, 5, steps.Sum(static step => step.Attempt));
        Assert.Equal(["a", "a+", "a++", "a+++ a+++"], done.Distinct().Order(StringComparer.Ordinal));

        static string Outcome(JobStatus step) => $"{step.Id} {step.Attempt} {step.FinishedAt:O} {step.Result}";
    }

    private static async Task<IReadOnlyList<JobStatus>> SucceededAsync(string file)
    {
        await using var queue = new JobQueue { Options = new JobQueueOptions { RunsJobs = false } };
        queue.UseSqlite(file);
        await queue.OpenAsync();
        return await queue.ListAsync(new JobFilter { State = JobState.Succeeded });
    }

    // A lease longer than the test: nothing but the proof that the process is dead can free its jobs.
    private static JobQueue Queue(string file, out Job<int, int> job, out StringWriter journal)
    {
        var queue = new JobQueue { Options = new JobQueueOptions { LeaseTime = TimeSpan.FromHours(1) } };
        queue.UseSqlite(file);
        job = Victim.Define(queue, journal = new StringWriter());
        return queue;
    }

    private static async Task<IReadOnlyList<Jobs.QueueCount>> CountAsync(string file)
    {
        await using var store = new SqliteJobStore(file);
        await store.OpenAsync(default);
        return await store.CountAsync(default);
    }
}
