using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Realtime.Jobs;

namespace Realtime;

public sealed partial class JobQueue
{
    /// <summary>Opens the store, so that jobs can be enqueued and looked at. Runs none yet.</summary>
    /// <param name="services">Where the clock (<see cref="TimeProvider"/>), the log and handlers' services come from; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="JobStoreException">The store cannot be opened; the message says why and what to do.</exception>
    /// <exception cref="InvalidOperationException">Nothing can bind a handler's parameter; the message names it.</exception>
    public async ValueTask OpenAsync(IServiceProvider? services = null, CancellationToken cancellationToken = default)
    {
        if (_runtime is not null)
        {
            return;
        }
        ObjectDisposedException.ThrowIf(_closed, this);
        services ??= NoServices();
        Compile(services);
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var store = CreateStore(time);
        try
        {
            await store.OpenAsync(cancellationToken);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
        var runtime = new JobRuntime(store, time, services, services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance, _feed, _aroundEnqueue);
        store.Moved = moves => Follow(runtime, moves);
        _commits = new CommitWatch(store, time, _options.PollInterval, (id, state, cancellation) => TellCancelAsync(runtime, id, state, cancellation));
        _runtime = runtime;
    }

    /// <summary>
    /// Makes the store's tables, or brings them to the version this program needs: for deployments where starting the app may not
    /// (<c>Migrate = false</c> in the store's options). The command <c>jobs migrate</c> does this. The queue is not opened.
    /// </summary>
    /// <param name="services">As for <see cref="OpenAsync"/>.</param>
    /// <param name="cancellationToken">Gives up; then nothing was changed.</param>
    /// <returns>What was done; null for a store without tables.</returns>
    /// <exception cref="InvalidOperationException">The queue is open.</exception>
    /// <exception cref="JobStoreException">It cannot be done; the message says why and what to do.</exception>
    public async ValueTask<JobMigration?> MigrateAsync(IServiceProvider? services = null, CancellationToken cancellationToken = default)
    {
        if (_runtime is not null)
        {
            throw new InvalidOperationException("The job queue is open, and its tables are in use: migrate before the app starts, or by the command `jobs migrate`.");
        }
        await using var store = CreateStore(services?.GetService<TimeProvider>() ?? TimeProvider.System);
        return await store.MigrateAsync(cancellationToken);
    }

    /// <summary>Opens the store and starts to run jobs, if <see cref="JobQueueOptions.RunsJobs"/>.</summary>
    /// <param name="services">As for <see cref="OpenAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask StartAsync(IServiceProvider? services = null, CancellationToken cancellationToken = default)
    {
        await OpenAsync(services, cancellationToken);
        if (_server is null && _options.RunsJobs)
        {
            var queues = _jobs.Values.Where(static job => job.CanRun).Select(static job => job.Options.Queue).Append("default").Concat(_queues.Keys).Distinct();
            var server = new JobServer(Runtime, this, queues.ToDictionary(static queue => queue, SettingsOf), _schedules);
            try
            {
                await server.StartAsync(cancellationToken);
            }
            catch
            {
                await DisposeAsync();
                throw;
            }
            _server = server;
        }
    }

    /// <summary>Claims no more jobs, at once. Running ones go on, and enqueueing still works.</summary>
    public void StopFetching() => _server?.StopFetching();

    /// <summary>Stops: waits for running jobs, hands back those that do not end in time, and closes the store.</summary>
    /// <param name="hurry">Fires when the time for a graceful stop is over; running jobs are then cancelled and handed back.</param>
    public async ValueTask StopAsync(CancellationToken hurry)
    {
        if (_server is { } server)
        {
            await server.StopAsync(hurry);
            _server = null;
        }
        _closed = true;
        if (_commits is { } commits)
        {
            _commits = null;
            await commits.DisposeAsync();
        }
        if (_runtime is { } runtime)
        {
            _runtime = null;
            await runtime.Store.DisposeAsync();
            runtime.Dispose();
        }
    }

    /// <summary>Stops without waiting for running jobs to end by themselves: they are cancelled and handed back.</summary>
    public ValueTask DisposeAsync() => StopAsync(new CancellationToken(canceled: true));

    /// <summary>
    /// For tests: runs what is due now, and what that makes due at once, and returns when nothing of it is left. A retry's time, or a
    /// delay's, must have come to count.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="InvalidOperationException">Jobs are not being run here.</exception>
    /// <exception cref="JobStoreException">The store failed, so that what is due cannot be run or its end not be recorded. Drain again when it works.</exception>
    public Task DrainAsync(CancellationToken cancellationToken = default) =>
        (_server ?? throw new InvalidOperationException("No jobs are run here, so none can be drained: start the app, with JobQueueOptions.RunsJobs."))
        .DrainAsync(cancellationToken);

    /// <summary>For tests: when the next job of the store, or the next occurrence of a schedule of this program, is due that is not due yet.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The moment; null if there is none.</returns>
    /// <exception cref="InvalidOperationException">Jobs are not being run here.</exception>
    public ValueTask<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken = default) =>
        (_server ?? throw new InvalidOperationException("No jobs are run here: start the app, with JobQueueOptions.RunsJobs.")).NextDueAsync(cancellationToken);

    /// <summary>A handle for a job that was enqueued earlier, or elsewhere. Whether there is such a job shows when it is used.</summary>
    /// <param name="id">The job's id.</param>
    public JobHandle Handle(Guid id) => new(this, id, "");

    /// <summary>Where a job stands; null if there is none with that id, or no longer.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<JobStatus?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        await Runtime.Store.FindAsync(id, cancellationToken) is { } record ? JobStatus.From(record) : null;

    /// <summary>Asks for a job to be cancelled: see <see cref="JobHandle.CancelAsync"/>.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="cancellationToken">Gives up waiting; the job may be cancelled all the same.</param>
    /// <returns>The state the job is in now; null if there is no such job.</returns>
    public async ValueTask<JobState?> CancelAsync(Guid id, CancellationToken cancellationToken = default)
    {
        var runtime = Runtime;
        var state = await runtime.Store.CancelAsync(id, cancellationToken);
        if (state is { } now)
        {
            await TellCancelAsync(runtime, id, now, cancellationToken);
        }
        return state;
    }

    /// <summary>
    /// Calls a function for everything that happens to jobs that run in this process, in order for each job. It must not block: it is
    /// called where jobs run. It may be added before the queue opens.
    /// </summary>
    /// <param name="observer">What to call.</param>
    /// <returns>Ends the calls when disposed of.</returns>
    public IDisposable Observe(Action<JobEvent> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _feed.Observe(observer);
    }

    /// <summary>Makes the handlers callable, once.</summary>
    /// <exception cref="InvalidOperationException">Nothing can bind a handler's parameter; the message names it.</exception>
    internal void Compile(IServiceProvider services)
    {
        if (_compiled)
        {
            return;
        }
        _compiled = true;
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        _feed.Logger = loggers.CreateLogger("Realtime.Jobs");
        var resolve = ResolveService ?? ServicesOf(services);
        foreach (var job in _jobs.Values.Distinct())
        {
            job.HandlerClass?.Check(job.Name, services);
            job.Compile(resolve, loggers);
        }
    }

    internal async ValueTask<JobStatus?> WaitAsync(Guid id, CancellationToken cancellationToken)
    {
        var runtime = Runtime;
        // Waiting begins before looking, so that an end in between is not missed.
        var ended = runtime.Feed.Wait(id);
        try
        {
            while (true)
            {
                var record = await runtime.Store.FindAsync(id, cancellationToken);
                if (record is null || record.State >= JobState.Succeeded)
                {
                    // A store may keep so few finished jobs that this one is gone already; the signal brought its end along.
                    return record is not null ? JobStatus.From(record) : ended.IsCompletedSuccessfully ? ended.Result : null;
                }
                if (await WaitOnceAsync(runtime, ended, cancellationToken) is { } status)
                {
                    return status;
                }
            }
        }
        finally
        {
            runtime.Feed.Leave(id, ended);
        }
    }

    private async ValueTask<JobStatus?> WaitOnceAsync(JobRuntime runtime, Task<JobStatus?> ended, CancellationToken cancellationToken)
    {
        if (!runtime.Store.IsShared)
        {
            return await ended.WaitAsync(cancellationToken);
        }
        if (ended.IsCompleted)
        {
            // It ended without a status: the store has it.
            return ended.Result;
        }
        try
        {
            // The job may run in another process, which cannot signal.
            return await ended.WaitAsync(_options.PollInterval, runtime.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private IJobStore CreateStore(TimeProvider time) => AroundStore is { } around ? around(_createStore(time)) : _createStore(time);

    private QueueSettings SettingsOf(string queue) => _queues.GetValueOrDefault(queue) ?? new QueueSettings(_options.Concurrency);

    private async ValueTask TellCancelAsync(JobRuntime runtime, Guid id, JobState state, CancellationToken cancellationToken)
    {
        if (state == JobState.Running)
        {
            // A job of another process is told by that process's next heartbeat.
            _server?.CancelHere(id);
        }
        if (state != JobState.Cancelled || (!runtime.Feed.IsObserved && !runtime.Feed.IsAwaited))
        {
            return;
        }
        if (runtime.Feed.IsObserved && await runtime.Store.FindAsync(id, cancellationToken) is { } record)
        {
            runtime.Feed.Publish(new JobFinished(id, record.Spec.Name, JobState.Cancelled, null, record.Error));
        }
        runtime.Feed.Ended(id, null);
    }
}
