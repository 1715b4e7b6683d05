using Realtime.Jobs;

namespace Realtime.Sqlite;

/// <summary>What happens on a disk that gives trouble, in a process that has the disk for itself. Says in a line what it saw.</summary>
internal static class SmallDisk
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static async Task<int> FullAsync(string folder)
    {
        var ballast = Path.Combine(folder, "ballast");
        await using var queue = new JobQueue();
        queue.UseSqlite(Path.Combine(folder, "jobs.db"));
        var job = queue.Define<string, int>("length", (string args) => args.Length);
        await queue.StartAsync();
        await job.EnqueueAsync("while there is room");
        await File.WriteAllBytesAsync(ballast, new byte[1_000_000]);

        var accepted = new List<JobHandle>();
        string refused;
        while (true)
        {
            try
            {
                accepted.Add(await job.EnqueueAsync(new string('x', 10_000)));
            }
            catch (JobStoreException exception)
            {
                refused = exception.Message.Contains("the disk is full", StringComparison.Ordinal) ? "the disk is full" : exception.Message;
                break;
            }
        }
        // Reading goes on, and so does the process, whatever its worker meets.
        var alive = await queue.FindAsync(accepted[^1].Id) is not null ? "alive" : "dead";
        File.Delete(ballast);
        var again = await (await job.EnqueueAsync("again")).WaitAsync(new CancellationTokenSource(Limit).Token);
        var states = new HashSet<JobState>();
        foreach (var handle in accepted)
        {
            states.Add((await handle.WaitAsync(new CancellationTokenSource(Limit).Token)).State);
        }
        Console.WriteLine($"refused: {refused}; {alive}; again: {Name(again.State)}; all: {string.Join(' ', states.Select(Name))}");
        return 0;

        static string Name(JobState state) => state.ToString().ToLowerInvariant();
    }

    public static async Task<int> ReadOnlyAsync(string folder)
    {
        try
        {
            await using var store = new SqliteJobStore(Path.Combine(folder, "jobs.db"));
            await store.OpenAsync(default);
            Console.WriteLine("opened");
        }
        catch (JobStoreException exception)
        {
            Console.WriteLine(exception.Message.Contains("Check", StringComparison.Ordinal) ? "refused: Check" : exception.Message);
        }
        return 0;
    }
}
