using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Realtime.Jobs;

/// <summary>What an open queue shares between those who enqueue, those who run and those who watch.</summary>
internal sealed class JobRuntime : IDisposable
{
    private long _nextDue = long.MaxValue;

    public JobRuntime(
        IJobStore store,
        TimeProvider time,
        IServiceProvider services,
        ILoggerFactory loggers,
        JobFeed feed,
        IReadOnlyList<Func<JobEnqueue, EnqueueDelegate, ValueTask>>? middleware = null)
    {
        Store = store;
        Time = time;
        Services = services;
        Loggers = loggers;
        Logger = loggers.CreateLogger("Realtime.Jobs");
        Feed = feed;
        Meters = new JobMeters(services.GetService<IMeterFactory>(), time);
        Intake = new Intake(Meters, middleware ?? []);
        Pace = new Pace(Activity);
    }

    public IJobStore Store { get; }

    public TimeProvider Time { get; }

    public IServiceProvider Services { get; }

    public ILoggerFactory Loggers { get; }

    public ILogger Logger { get; }

    public JobFeed Feed { get; }

    public JobMeters Meters { get; }

    /// <summary>What jobs pass on their way into the store.</summary>
    public Intake Intake { get; }

    /// <summary>Wakes the fetcher: there may be something to claim.</summary>
    public Wake Work { get; } = new();

    /// <summary>Wakes the stager: something is due earlier than it knows.</summary>
    public Wake Staging { get; } = new();

    /// <summary>Fires when attempts have ended and their ends are recorded.</summary>
    public Pulse Activity { get; } = new();

    /// <summary>Keeps producers from running away from the workers here.</summary>
    public Pace Pace { get; }

    /// <summary>Whether a queue that is run here has limits, so that the end of a job may make room for another.</summary>
    public bool HasLimits { get; set; }

    /// <summary>When the stager's timer is set to, in UTC ticks.</summary>
    public long NextDue
    {
        get => Volatile.Read(ref _nextDue);
        set => Volatile.Write(ref _nextDue, value);
    }

    public ValueTask<EnqueueResult> EnqueueAsync(JobSpec job, CancellationToken cancellationToken)
    {
        var enqueued = Intake.IsOpen
            ? Store.EnqueueAsync(job, cancellationToken)
            : Intake.PassAsync([job], static (state, cancellation) => state.Store.EnqueueAsync(state.job, cancellation), (Store, job), cancellationToken);
        if (!enqueued.IsCompletedSuccessfully)
        {
            return AwaitAsync(enqueued);
        }
        Announce(job.DueAt);
        return Pace.IsTimeToWait(1) ? KeepPaceAsync(enqueued.Result) : enqueued;

        async ValueTask<EnqueueResult> KeepPaceAsync(EnqueueResult result)
        {
            await Pace.WaitAsync();
            return result;
        }

        async ValueTask<EnqueueResult> AwaitAsync(ValueTask<EnqueueResult> pending)
        {
            var result = await pending;
            Announce(job.DueAt);
            return result;
        }
    }

    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        var enqueued = jobs.Count == 0 || Intake.IsOpen
            ? Store.EnqueueAsync(jobs, cancellationToken)
            : Intake.PassAsync(jobs, static (state, cancellation) => state.Store.EnqueueAsync(state.jobs, cancellation), (Store, jobs), cancellationToken);
        var waited = !enqueued.IsCompleted;
        var results = await enqueued;
        foreach (var job in jobs)
        {
            Announce(job.DueAt);
        }
        if (!waited && Pace.IsTimeToWait(jobs.Count))
        {
            await Pace.WaitAsync();
        }
        return results;
    }

    /// <summary>Enqueues the jobs of a schedule's occurrences, as far as no other node has.</summary>
    public async ValueTask FireAsync(string schedule, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        var fired = await Intake.PassAsync(
            jobs, static (state, cancellation) => state.Store.FireAsync(state.schedule, state.jobs, cancellation), (Store, schedule, jobs), cancellationToken);
        if (fired.Count > 0)
        {
            Work.Set();
        }
    }

    public async ValueTask EnqueueFlowAsync(IReadOnlyList<JobSpec> jobs, IReadOnlyList<JobLink> links, CancellationToken cancellationToken)
    {
        await Intake.PassAsync(
            jobs,
            static async (state, cancellation) =>
            {
                await state.Store.EnqueueFlowAsync(state.jobs, state.links, cancellation);
                return true;
            },
            (Store, jobs, links),
            cancellationToken);
        foreach (var job in jobs)
        {
            Announce(job.DueAt);
        }
    }

    /// <summary>Wakes whoever must know that a job is waiting.</summary>
    public void Announce(DateTimeOffset? due)
    {
        if (due is not { } time || time <= Time.GetUtcNow())
        {
            Work.Set();
        }
        else if (time.UtcTicks < NextDue)
        {
            Staging.Set();
        }
    }

    public void Dispose()
    {
        Pace.Dispose();
        Meters.Dispose();
    }
}
