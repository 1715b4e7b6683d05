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
