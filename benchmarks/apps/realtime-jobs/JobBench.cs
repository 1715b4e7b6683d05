using System.Diagnostics;
using Realtime;
using Realtime.Jobs;
using Realtime.Postgres;
using Realtime.Sqlite;
using Realtime.Torture;

/// <summary>One store's job queue under measurement: each question gets a fresh one.</summary>
internal sealed class JobBench(string store, PostgresServer? postgres)
{
    private const int Bulk = 1000;

    /// <summary>How long N enqueues take, each acknowledged before its producer makes the next. Nobody runs them.</summary>
    public async Task<Took> EnqueueAsync(int jobs, int producers)
    {
        using var folder = new Folder();
        await using var bench = await Workers.OpenAsync(Store(folder), runs: false);
        var use = Use.Now();
        await ProduceAsync(bench, jobs, producers);
        return use.Since();
    }

    /// <summary>How long it takes to run N waiting jobs and to record their outcomes; with others waiting behind them, or finished and kept.</summary>
    public async Task<Took> RunAsync(int jobs, int queued, int finished)
    {
        using var folder = new Folder();
        if (finished > 0)
        {
            await using var earlier = await Workers.OpenAsync(Store(folder), runs: true);
            await FillAsync(earlier.NoOp, finished);
            await earlier.EmptyAsync();
        }
        await using (var producer = await Workers.OpenAsync(Store(folder), runs: false))
        {
            await FillAsync(producer.NoOp, jobs);
            await FillAsync(producer.Waiting, queued);
        }
        var resident = Environment.WorkingSet / 1e6;
        if (queued > 0)
        {
            // What the enqueueing left behind is not part of what is measured next.
            GC.Collect();
        }
        var counting = CountingStore.Over(Store(folder), jobs);
        var use = Use.Now();
        await using var workers = await Workers.OpenAsync(counting.Store, runs: true);
        await counting.Recorded;
        return use.Since() with { Resident = resident };
    }

    /// <summary>How long N jobs take from the first enqueue to the last outcome, with producers and workers at once.</summary>
    public async Task<Took> ThroughAsync(int jobs, int producers)
    {
        using var folder = new Folder();
        await using var bench = await Workers.OpenAsync(Store(folder), runs: true);
        var ran = bench.RanAsync(jobs);
        var use = Use.Now();
        await ProduceAsync(bench, jobs, producers);
        // Counting what is left costs a database more than a job does: not before the last one has run.
        await ran;
        await bench.EmptyAsync();
        return use.Since();
    }

    /// <summary>Milliseconds from the call of enqueue to the first line of the handler, at a low rate.</summary>
    public async Task<Latency> LatencyAsync(int rate, int seconds)
    {
        using var folder = new Folder();
        await using var bench = await Workers.OpenAsync(Store(folder), runs: true);
        var period = TimeSpan.FromSeconds(1.0 / rate);
        using var timer = new PeriodicTimer(period);
        for (var sent = 0; sent < rate * seconds; sent++)
        {
            await timer.WaitForNextTickAsync();
            await bench.Timed.EnqueueAsync(Stopwatch.GetTimestamp());
        }
        await bench.EmptyAsync();
        var sorted = bench.Waits.Order().ToArray();
        return new Latency(sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
    }

    private static Task ProduceAsync(Workers bench, int jobs, int producers) => Task.WhenAll(Enumerable.Range(0, producers).Select(producer => Task.Run(async () =>
    {
        for (var number = producer; number < jobs; number += producers)
        {
            await bench.NoOp.EnqueueAsync(number);
        }
    })));

    private static async Task FillAsync(Job<int> job, int jobs)
    {
        for (var start = 0; start < jobs; start += Bulk)
        {
            await job.EnqueueManyAsync(Enumerable.Range(start, Math.Min(Bulk, jobs - start)));
        }
    }

    // One for all queues of a question: what is enqueued by one is run by another.
    private IJobStore Store(Folder folder) => store switch
    {
        "memory" => folder.Memory,
        "postgres" => new PostgresJobStore(folder.Database ??= postgres!.CreateDatabaseAsync().GetAwaiter().GetResult()),
        "sqlite" => new SqliteJobStore(Path.Combine(folder.Path, "jobs.db")),
        _ => throw new ArgumentException($"There is no store '{store}'."),
    };

    /// <summary>A queue with its jobs, which runs them or only takes them.</summary>
    private sealed class Workers : IAsyncDisposable
    {
        public const int First = 1;
        public const int Later = 0;

        private readonly IJobStore _store;
        private readonly TaskCompletionSource _ran = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left;

        private Workers(IJobStore store, bool runs)
        {
            _store = store;
            Queue.UseStore(_ => store);
            Queue.Options = new JobQueueOptions { RunsJobs = runs };
            NoOp = Queue.Define<int>("noop", (int number) => CountDown(), new JobOptions { Priority = First });
            // Behind the others, and more than anybody waits for.
            Waiting = Queue.Define<int>("waiting", (int number) => { }, new JobOptions { Priority = Later });
            Timed = Queue.Define<long>("timed", (long sent) =>
            {
                lock (Waits)
                {
                    Waits.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                }
            });
        }

        public JobQueue Queue { get; } = new();

        public Job<int> NoOp { get; }

        public Job<int> Waiting { get; }

        public Job<long> Timed { get; }

        public List<double> Waits { get; } = [];

        public static async Task<Workers> OpenAsync(IJobStore store, bool runs)
        {
            var workers = new Workers(store, runs);
            await workers.Queue.StartAsync();
            return workers;
        }

        /// <summary>Waits until so many jobs have run from now on.</summary>
        public Task RanAsync(int jobs)
        {
            _left = jobs;
            return _ran.Task;
        }

        /// <summary>Waits until nothing is left to run and every outcome is recorded.</summary>
        public async Task EmptyAsync()
        {
            while (await IsBusyAsync())
            {
                await Task.Delay(1);
            }
        }

        public ValueTask DisposeAsync() => Queue.DisposeAsync();

        private void CountDown()
        {
            if (_left > 0 && Interlocked.Decrement(ref _left) == 0)
            {
                _ran.TrySetResult();
            }
        }

        private async Task<bool> IsBusyAsync()
        {
            var counts = await _store.CountAsync(default);
            return counts.Any(static count => count.State is JobState.Available or JobState.Running);
        }
    }
}

/// <summary>How long something took, and what it cost this process.</summary>
/// <param name="Seconds">By the clock.</param>
/// <param name="Processor">Seconds of processor time.</param>
/// <param name="Allocated">Megabytes of objects made.</param>
/// <param name="Paused">Seconds in which the collector held everybody up.</param>
internal sealed record Took(double Seconds, double Processor, double Allocated, double Paused)
{
    /// <summary>Megabytes of the process that were resident while everything waited.</summary>
    public double Resident { get; init; }
}

/// <summary>What this process has used up to a moment.</summary>
internal readonly record struct Use(long Clock, TimeSpan Processor, long Allocated, TimeSpan Paused)
{
    public static Use Now() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration());

    public Took Since() => new(
        Stopwatch.GetElapsedTime(Clock).TotalSeconds,
        (Environment.CpuUsage.TotalTime - Processor).TotalSeconds,
        (GC.GetTotalAllocatedBytes() - Allocated) / 1e6,
        (GC.GetTotalPauseDuration() - Paused).TotalSeconds);
}

/// <summary>Milliseconds until a job starts.</summary>
internal sealed record Latency(double P50, double P99);

/// <summary>Where one question keeps its jobs.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("realtime-bench-").FullName;

    public InMemoryJobStore Memory { get; } = new();

    /// <summary>How to connect to its database; null until there is one.</summary>
    public string? Database { get; set; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
