using System.Diagnostics;

namespace Realtime.Sqlite;

/// <summary>A worker in a process of its own, which says on its output what it has done, and waits to be killed in the middle of it.</summary>
internal static class Victim
{
    public const int Jobs = 20;

    /// <summary>What the killed worker and the one behind it both run: one step, then, in the first attempt, no end.</summary>
    public static Job<int, int> Define(JobQueue queue, TextWriter journal) => queue.Define<int, int>("work", async (int args, JobContext job) =>
    {
        var doubled = await job.StepAsync("double", () =>
        {
            WriteLine(journal, $"step {job.Id}");
            return Task.FromResult(args * 2);
        });
        if (job.Attempt == 1)
        {
            WriteLine(journal, $"running {job.Id}");
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Cancellation);
        }
        return doubled;
    });

    /// <summary>The worker itself.</summary>
    public static async Task<int> RunAsync(string file)
    {
        await using var queue = new JobQueue();
        queue.UseSqlite(file);
        var job = Define(queue, Console.Out);
        await queue.StartAsync();
        for (var number = 0; number < Jobs; number++)
        {
            var handle = await job.EnqueueAsync(number);
            WriteLine(Console.Out, $"enqueued {handle.Id} {number}");
        }
        await Task.Delay(Timeout.InfiniteTimeSpan);
        return 0;
    }

    /// <summary>Starts the worker and reads what it says until all its jobs run.</summary>
    public static async Task<(Process Process, List<string> Said)> StartAsync(string file)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Victim).Assembly.Location, "crash", file]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        var said = new List<string>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (said.Count(static line => line.StartsWith("running", StringComparison.Ordinal)) < Jobs
            || said.Count(static line => line.StartsWith("enqueued", StringComparison.Ordinal)) < Jobs)
        {
            said.Add(await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("The worker ended: " + string.Join('\n', said)));
        }
        return (process, said);
    }

    private static void WriteLine(TextWriter journal, string line)
    {
        lock (journal)
        {
            journal.WriteLine(line);
            journal.Flush();
        }
    }
}
