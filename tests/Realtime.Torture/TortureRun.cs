using System.Collections.Concurrent;
using Realtime.Jobs;

namespace Realtime.Torture;

/// <summary>
/// Worker processes on one store, killed and frozen at random while jobs are enqueued, and the server of the store restarted half way. Then
/// what is left is run in peace, and the journals are compared with the store.
/// </summary>
public sealed class TortureRun : IAsyncDisposable
{
    private readonly TortureOptions _options;
    private readonly PostgresServer? _server;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("realtime-torture-");
    private readonly Random _random;
    private readonly ConcurrentDictionary<Guid, bool> _acknowledged = new();
    private readonly ConcurrentDictionary<Guid, int> _flows = new();
    private readonly List<(int Process, long At)> _killed = [];
    private readonly List<WorkerProcess> _workers = [];
    // Jobs of a group and the join behind it.
    private const int FlowSize = 4;

    // A run without a frozen worker says nothing of those that wake up without their lease.
    private const int KillsBeforeFreeze = 3;

    private int _refused;
    private int _frozen;
    private (long From, long To) _outage = (long.MaxValue, long.MaxValue);

    private TortureRun(TortureOptions options, PostgresServer? server)
    {
        _options = options;
        _server = server;
        _random = new Random(options.Seed);
    }

    private string Place => _server?.ConnectionString() ?? Path.Combine(_folder.FullName, "jobs.db");

    /// <summary>Makes the store and the workers.</summary>
    public static async Task<TortureRun> StartAsync(TortureOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // With fsync: what is acknowledged must outlive a server that is ended in the middle of it.
        var run = new TortureRun(options, options.Store == StoreKind.Postgres ? await PostgresServer.StartAsync() : null);
        for (var worker = 0; worker < options.Workers; worker++)
        {
            run._workers.Add(run.StartWorker());
        }
        return run;
    }

    /// <summary>Tortures the store, lets it finish, and says what is wrong with what is in it.</summary>
    public async Task<TortureReport> RunAsync()
    {
        await using var queue = Queues.Open(_options.Store, Place, works: false);
        var options = new JobOptions { MaxAttempts = 1000 };
        var job = queue.Define<Work, Done>("work", options: options);
        var follow = queue.Define<Done, Done>("follow", options: options);
        var join = queue.Define<Done[], Done>("join", options: options);
        await queue.OpenAsync();
        using var end = new CancellationTokenSource(_options.Length);
        Func<Work, Flow<Done>> chain = work => job.With(work).Then(follow).Then(follow);
        Func<Work, Flow<Done>> group = work => queue.Group(Enumerable.Range(0, FlowSize - 1).Select(_ => job.With(work))).Then(join);
        List<Task> doing = [ProduceAsync(job, end.Token), ProduceAsync(job, end.Token), ProduceAsync([(chain, 3), (group, FlowSize)], end.Token), AttackAsync(end.Token)];
        // Without the fence only the workers that wake up late matter.
        if (_server is not null && !_options.Unfenced)
        {
            doing.Add(RestartAsync(_options.Length / 2, end.Token));
        }
        await Task.WhenAll(doing);
        await using var store = Queues.Store(_options.Store, Place);
        await store.OpenAsync(default);
        await DrainAsync(store);
        foreach (var worker in _workers)
        {
            await worker.StopAsync();
        }
        return (await TortureReport.MakeAsync(store, _folder.FullName, [.. _acknowledged.Keys], _flows, _killed, _outage)) with { Seed = _options.Seed, Frozen = _frozen, Refused = _refused };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        _folder.Delete(recursive: true);
    }

    private WorkerProcess StartWorker() => new(_options, Place, _folder.FullName);

    private async Task ProduceAsync(Job<Work, Done> job, CancellationToken end)
    {
        var random = new Random(_options.Seed + 1);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2.0 / _options.JobsPerSecond));
        while (await TickAsync(timer, end))
        {
            // Most are short; a few are longer than a lease, so that a frozen worker wakes up in the middle of them.
            var work = new Work(random.Next(50) == 0 ? random.Next(5000, 8000) : random.Next(60));
            try
            {
                _acknowledged[(await job.EnqueueAsync(work)).Id] = true;
            }
            catch (JobStoreException)
            {
                // Refused, or not known: nothing was promised.
                Interlocked.Increment(ref _refused);
            }
        }
    }

    private async Task ProduceAsync((Func<Work, Flow<Done>> Make, int Jobs)[] flows, CancellationToken end)
    {
        var random = new Random(_options.Seed + 2);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / _options.FlowsPerSecond));
        while (await TickAsync(timer, end))
        {
            var (make, jobs) = flows[random.Next(flows.Length)];
            try
            {
                _flows[(await make(new Work(random.Next(60))).EnqueueAsync()).Id] = jobs;
            }
            catch (JobStoreException)
            {
                Interlocked.Increment(ref _refused);
            }
        }
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken end)
    {
        try
        {
            return await timer.WaitForNextTickAsync(end);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task AttackAsync(CancellationToken end)
    {
        await Task.WhenAll(_workers.Select(static worker => worker.Ready)).WaitAsync(TimeSpan.FromMinutes(2), CancellationToken.None);
        var (frozen, asleep) = (Task.CompletedTask, -1);
        while (!end.IsCancellationRequested)
        {
            var victim = _random.Next(_workers.Count);
            var isOverdue = _frozen == 0 && _killed.Count >= KillsBeforeFreeze;
            if (isOverdue)
            {
                // On a busy machine most are only starting, and chance would find none to freeze.
                victim = _workers.FindIndex(static worker => worker.Ready.IsCompleted) is >= 0 and var ready ? ready : victim;
            }
            if (frozen.IsCompleted && _workers[victim].Ready.IsCompleted && (_options.Unfenced || isOverdue || _random.Next(4) == 0))
            {
                _frozen++;
                asleep = victim;
                // Longer than its lease: it wakes up with jobs that others have taken over.
                frozen = _workers[victim].FreezeAsync(Queues.Lease + TimeSpan.FromMilliseconds(_random.Next(1500, 3000)));
            }
            else if (frozen.IsCompleted || victim != asleep)
            {
                var at = await _workers[victim].KillAsync();
                _killed.Add((_workers[victim].Id, at));
                _workers[victim].Dispose();
                _workers[victim] = StartWorker();
            }
            try
            {
                await Task.Delay(_options.Pause * (0.3 + (0.7 * _random.NextDouble())), end);
            }
            catch (OperationCanceledException)
            {
            }
        }
        await frozen;
    }

    private async Task RestartAsync(TimeSpan after, CancellationToken end)
    {
        await Task.Delay(after, end);
        var from = Environment.TickCount64;
        await _server!.CrashAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
        await _server.StartAgainAsync();
        _outage = (from, Environment.TickCount64);
    }

    private static async Task DrainAsync(IJobStore store)
    {
        for (var since = Environment.TickCount64; Environment.TickCount64 - since < 120_000;)
        {
            var counts = await store.CountAsync(default);
            if (counts.All(static count => count.State >= JobState.Succeeded))
            {
                return;
            }
            await Task.Delay(200);
        }
    }
}
