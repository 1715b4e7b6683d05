namespace Realtime.Sqlite;

/// <summary>A console program without an app that enqueues jobs and runs none.</summary>
internal static class Producer
{
    public const int Jobs = 50;

    public static async Task<int> RunAsync(string file)
    {
        await using var jobs = new JobQueue { Options = new JobQueueOptions { RunsJobs = false } };
        jobs.UseSqlite(file);
        var add = jobs.Define<int, int>("add");
        await jobs.OpenAsync();
        await add.EnqueueManyAsync(Enumerable.Range(0, Jobs), options: static args => new EnqueueOptions { Tags = ["imported"], IdempotencyKey = $"line {args}" });
        return 0;
    }
}
