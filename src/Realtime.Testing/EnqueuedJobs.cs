using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Realtime.Testing;

/// <summary>Remembers what an app under test enqueues, and runs it at once where the test wants that.</summary>
internal sealed class EnqueuedJobs
{
    private static readonly ConditionalWeakTable<JobQueue, EnqueuedJobs> Known = [];
    private static readonly AsyncLocal<bool> InJob = new();

    private readonly Lock _lock = new();
    private readonly List<(EnqueuedJob Job, byte[] Args)> _jobs = [];
    private readonly JobQueue _queue;

    private EnqueuedJobs(JobQueue queue) => _queue = queue;

    /// <summary>What was enqueued in a queue.</summary>
    public static EnqueuedJobs Of(JobQueue queue) => Known.TryGetValue(queue, out var jobs)
        ? jobs
        : throw new InvalidOperationException("What this queue enqueues is not watched: start its app with TestServer.StartAsync(app).");

    /// <summary>Begins to watch a queue that has not been started.</summary>
    public static void Watch(JobQueue queue, TestJobs when)
    {
        var jobs = new EnqueuedJobs(queue);
        Known.Add(queue, jobs);
        queue.UseEnqueue(when == TestJobs.Inline ? jobs.RunAsync : jobs.RememberAsync, isOutermost: true);
        switch (when)
        {
            case TestJobs.Inline:
                queue.Use(static async (job, next) =>
                {
                    InJob.Value = true;
                    return await next(job);
                });
                break;
            case TestJobs.Manual:
                queue.Options = queue.Options with { RunsOnlyWhenDrained = true };
                break;
        }
    }

    public IReadOnlyList<TestJob<TArgs>> Read<TArgs>(string? name)
    {
        lock (_lock)
        {
            return [.. _jobs.Where(pair => name is null || pair.Job.Name == name).Select(pair => Read<TArgs>(pair.Job, pair.Args))];
        }
    }

    private TestJob<TArgs> Read<TArgs>(EnqueuedJob job, byte[] args) => new()
    {
        Id = job.Id,
        Name = job.Name,
        Args = JsonSerializer.Deserialize<TArgs>(args, _queue.Json)!,
        Queue = job.Queue,
        Priority = job.Priority,
        EnqueuedAt = job.EnqueuedAt,
        DueAt = job.DueAt,
        Headers = job.Headers,
    };

    private async ValueTask RememberAsync(JobEnqueue enqueue, EnqueueDelegate next)
    {
        // Before anything encrypts them.
        byte[][] args = [.. enqueue.Jobs.Select(static job => job.ArgsJson.ToArray())];
        await next(enqueue);
        lock (_lock)
        {
            _jobs.AddRange(enqueue.Jobs.Zip(args));
        }
    }

    private async ValueTask RunAsync(JobEnqueue enqueue, EnqueueDelegate next)
    {
        await RememberAsync(enqueue, next);
        if (!InJob.Value)
        {
            await _queue.DrainAsync(enqueue.Cancellation);
        }
    }
}
