using System.Globalization;
using Realtime.Jobs;

namespace Realtime.Torture;

/// <summary>A worker in a process of its own: runs jobs, says in its journal what it does, and waits to be killed.</summary>
internal static class Worker
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (kind, place, folder) = (Enum.Parse<StoreKind>(args[0]), args[1], args[2]);
        using var journal = new Journal(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}.journal")));
        await using var queue = Queues.Open(kind, place, works: true, unfenced: args[3] == "unfenced");
        var options = new JobOptions { MaxAttempts = 1000 };
        queue.Define<Work, Done>("work", (Work work, JobContext job) => DoAsync(job, work.Milliseconds), options);
        queue.Define<Done, Done>("follow", (Done _, JobContext job) => DoAsync(job, Milliseconds()), options);
        queue.Define<Done[], Done>("join", (Done[] _, JobContext job) => DoAsync(job, Milliseconds()), options);
        using var watch = queue.Observe(what =>
        {
            if (what is JobFinished { State: JobState.Succeeded, Result: { } result } finished)
            {
                journal.Write("done", finished.Id, result.GetProperty("attempt").GetInt32());
            }
        });
        await WaitForStoreAsync(kind, place);
        await queue.StartAsync();
        await Console.Out.WriteLineAsync("ready");
        // The end of the input is the end of whoever started this.
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
        return 0;

        async Task<Done> DoAsync(JobContext job, int milliseconds)
        {
            journal.Write("start", job.Id, job.Attempt);
            // Stubborn on purpose: it goes on when it is told to stop, as a worker does that does not know yet that it lost its lease.
            await Task.Delay(milliseconds);
            journal.Write("end", job.Id, job.Attempt);
            return new Done(Environment.ProcessId, job.Attempt, TortureReport.Hash(job.ArgsJson.Span));
        }

        // Seldom longer than a lease, so that a frozen worker wakes up in the middle of a flow.
        static int Milliseconds() => Random.Shared.Next(50) == 0 ? 5000 : Random.Shared.Next(60);
    }

    // A worker that is started while the server is away would end, and be started again by whoever keeps it running.
    private static async Task WaitForStoreAsync(StoreKind kind, string place)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await using var store = Queues.Store(kind, place);
                await store.OpenAsync(default);
                return;
            }
            catch (JobStoreException) when (tries < 60)
            {
                await Task.Delay(500);
            }
        }
    }
}
