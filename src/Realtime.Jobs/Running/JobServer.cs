namespace Realtime.Jobs;

/// <summary>
/// One node at work: claims jobs, runs them, records how they end, and keeps its lease. Whoever starts it stops it.
/// </summary>
internal sealed class JobServer
{
    // Behind the end of the time for a shutdown: for handlers that honour their token to end, and for their ends to be recorded.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PruneInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(15);

    private readonly HashSet<Guid> _marked = [];
    private readonly CancellationTokenSource _stopFetching = new();
    private readonly CancellationTokenSource _stopUpkeep = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly JobQueueOptions _options;
    private readonly Lane[] _lanes;
    private readonly Fetcher _fetcher;
    private readonly Completer _completer;
    private readonly NodeLease _lease;
    private readonly Rescuer _rescuer;
    private readonly Stager _stager;
    private readonly Scheduler _scheduler;
    private readonly Executor _executor;
    private int _marks;
    private int _draining;
    private Task _fetching = Task.CompletedTask;
    private Task _executing = Task.CompletedTask;
    private Task _completing = Task.CompletedTask;
    private Task _upkeep = Task.CompletedTask;

    public JobServer(JobRuntime runtime, JobQueue queue, IReadOnlyDictionary<string, QueueSettings> queues, IReadOnlyList<Schedule> schedules)
    {
        Runtime = runtime;
        _options = queue.Options;
        Node = ProcessIdentity.NewNode();
        _lanes = [.. queues.Select(pair => new Lane(pair.Key, pair.Value, runtime.Time, runtime.Work))];
        runtime.HasLimits = Array.Exists(_lanes, static lane => lane.Limits is not null);
        _fetcher = new Fetcher(runtime, Node.Id, _lanes, MayFetch);
        _completer = new Completer(runtime, Node.Id);
        _lease = new NodeLease(runtime, Node, _options, this);
        _rescuer = new Rescuer(runtime, Node);
        _stager = new Stager(runtime, _options.PollInterval);
        _scheduler = new Scheduler(runtime, Node.Id, schedules);
        _executor = new Executor(this, queue);
        Progress = new ProgressReporter(runtime, Node.Id);
    }

    public JobRuntime Runtime { get; }

    public JobNode Node { get; }

    public ProgressReporter Progress { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _lease.TakeAsync(cancellationToken);
        await _rescuer.SweepAsync(cancellationToken);
        await _scheduler.StartAsync(cancellationToken);

        var upkeep = new List<Task>
        {
            Chore.RunAsync("The lease", _options.HeartbeatInterval, BeatAndRescueAsync, Runtime, _stopUpkeep.Token),
            Chore.RunAsync("Pruning", PruneInterval, new Pruner(Runtime).SweepAsync, Runtime, _stopUpkeep.Token),
            Chore.RunAsync("Counting", CountInterval, stopping => Runtime.Meters.CountAsync(Runtime.Store, stopping), Runtime, _stopUpkeep.Token),
            Progress.RunAsync(_stopUpkeep.Token),
            _stager.RunAsync(_stopFetching.Token),
            _scheduler.RunAsync(_stopFetching.Token),
        };
        if (Runtime.Store.IsShared)
        {
            upkeep.Add(Chore.RunAsync("Polling", _options.PollInterval, Poll, Runtime, _stopFetching.Token));
            upkeep.Add(Runtime.Store.ListenAsync(Hear, _stopFetching.Token));
        }
        _upkeep = Task.WhenAll(upkeep);
        _completing = _completer.RunAsync(_hurry.Token);
        _executing = Task.WhenAll(_lanes.Select(lane => lane.RunAsync(_executor)));
        _fetching = _fetcher.RunAsync(_stopFetching.Token);
        Runtime.Work.Set();
        Runtime.Pace.IsBehind = () => Runtime.Work.IsSet || Array.Exists(_lanes, static lane => lane.IsBehind);
    }

    /// <summary>Claims nothing more. What is claimed goes on.</summary>
    public void StopFetching() => _stopFetching.Cancel();

    /// <summary>
    /// Ends in order: no more claims, unstarted jobs handed back, running ones awaited until the token fires and cancelled then,
    /// every end recorded, the lease returned.
    /// </summary>
    public async Task StopAsync(CancellationToken hurry)
    {
        Runtime.Pace.IsBehind = null;
        await _stopFetching.CancelAsync();
        await _fetching;
        foreach (var record in _lanes.SelectMany(static lane => lane.Close()))
        {
            await HandBackAsync(record);
        }
        await FinishRunningAsync(hurry);
        _completer.Close();
        await using (hurry.Register(_hurry.Cancel))
        {
            await _completing;
        }
        await _stopUpkeep.CancelAsync();
        await _upkeep;
        try
        {
            await Runtime.Store.RetireAsync(Node.Id, CancellationToken.None);
        }
        catch (Exception exception)
        {
            JobLog.ChoreFailed(Runtime.Logger, exception, "Returning the lease");
        }
    }

    private IEnumerable<JobContext> RunningJobs => _lanes.SelectMany(static lane => lane.Running);

    /// <summary>An attempt is in its place: tells it of a cancel that came before.</summary>
    public void Entered(JobContext job)
    {
        // Entered first and looked second, and CancelHere does it the other way round: one of the two sees the other.
        if (Volatile.Read(ref _marks) > 0 && Unmark(job.Id))
        {
            job.Cancel(CancelReason.Requested);
        }
    }

    public ValueTask EndAsync(EndedAttempt ended) => _completer.AddAsync(ended);

    /// <summary>Fires the token of a job that runs here, or is about to.</summary>
    public void CancelHere(Guid id)
    {
        lock (_marked)
        {
            _marked.Add(id);
            Interlocked.Exchange(ref _marks, _marked.Count);
        }
        if (RunningJobs.FirstOrDefault(job => job.Id == id) is { } job)
        {
            Unmark(id);
            job.Cancel(CancelReason.Requested);
        }
    }

    /// <summary>Fires the tokens of jobs that someone, somewhere asked to cancel.</summary>
    public void CancelMarked(IReadOnlyList<Guid> ids)
    {
        // Marks of jobs that never came here would stay for good; those that are still to come are in the list again.
        lock (_marked)
        {
            _marked.Clear();
            Interlocked.Exchange(ref _marks, 0);
        }
        foreach (var id in ids)
        {
            CancelHere(id);
        }
    }

    /// <summary>Fires the tokens of all running jobs and returns how many there are.</summary>
    public int CancelAll(CancelReason reason)
    {
        var count = 0;
        foreach (var job in RunningJobs)
        {
            job.Cancel(reason);
            count++;
        }
        return count;
    }

    /// <summary>Behind a lease that had run out: fires the tokens of the jobs that others have taken over.</summary>
    public async ValueTask CancelLostAsync(CancellationToken cancellationToken)
    {
        foreach (var job in RunningJobs)
        {
            var record = await Runtime.Store.FindAsync(job.Id, cancellationToken);
            if (record is null || record.Node != Node.Id || record.Attempt != job.Attempt)
            {
                job.Cancel(CancelReason.LeaseLost);
            }
        }
    }

    /// <summary>Runs what is due now, and what that makes due, and returns when nothing of it is left.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _draining);
        try
        {
            await new Drain(Runtime, _scheduler, _stager, _fetcher, _completer, _lease, _lanes).RunAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _draining);
        }
    }

    /// <summary>When the next job, or occurrence of a schedule, is due; null if none is.</summary>
    public async ValueTask<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var staged = await Runtime.Store.StageAsync(0, cancellationToken);
        return staged.NextDueAt is not { } job ? _scheduler.NextAt : _scheduler.NextAt < job ? _scheduler.NextAt : job;
    }

    private bool MayFetch() => _lease.IsHealthy && (!_options.RunsOnlyWhenDrained || Volatile.Read(ref _draining) > 0);

    private bool Unmark(Guid id)
    {
        lock (_marked)
        {
            var was = _marked.Remove(id);
            Interlocked.Exchange(ref _marks, _marked.Count);
            return was;
        }
    }

    private async ValueTask BeatAndRescueAsync(CancellationToken stopping)
    {
        // In this order: whatever the clock did meanwhile, no node takes itself for dead.
        await _lease.BeatAsync(stopping);
        if (_lease.IsHealthy)
        {
            await _rescuer.SweepAsync(stopping);
        }
        foreach (var job in RunningJobs)
        {
            if (job.Ignored(Patience) is { } since)
            {
                JobLog.IgnoresCancel(Runtime.Logger, job.Name, job.Id, job.Reason, since);
            }
        }
    }

    private ValueTask Poll(CancellationToken stopping)
    {
        Runtime.Work.Set();
        return default;
    }

    private void Hear(JobHints hints)
    {
        if (hints.HasFlag(JobHints.Available))
        {
            Runtime.Work.Set();
        }
        if (hints.HasFlag(JobHints.Scheduled))
        {
            Runtime.Staging.Set();
        }
    }

    private async ValueTask FinishRunningAsync(CancellationToken hurry)
    {
        try
        {
            await _executing.WaitAsync(hurry);
            return;
        }
        catch (OperationCanceledException)
        {
            JobLog.HandedBack(Runtime.Logger, CancelAll(CancelReason.Shutdown));
        }
        try
        {
            // The system's clock on purpose: this is about handlers that do not listen, and a test's clock may stand still.
            await _executing.WaitAsync(Grace, TimeProvider.System, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            foreach (var job in RunningJobs)
            {
                JobLog.LeftBehind(Runtime.Logger, job.Name, job.Id);
                await HandBackAsync(job.Record);
            }
        }
    }

    private ValueTask HandBackAsync(JobRecord record) => EndAsync(new EndedAttempt(
        record, new JobOutcome { Id = record.Spec.Id, Attempt = record.Attempt, State = JobState.Available }, null));
}
