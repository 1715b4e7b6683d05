using Microsoft.Extensions.Logging;

namespace Realtime.Jobs;

/// <summary>What an open queue shares between those who enqueue, those who run and those who watch.</summary>
internal sealed class JobRuntime(IJobStore store, TimeProvider time, IServiceProvider services, ILoggerFactory loggers, JobFeed feed)
{
    private long _nextDue = long.MaxValue;

    public IJobStore Store { get; } = store;

    public TimeProvider Time { get; } = time;

    public IServiceProvider Services { get; } = services;

    public ILoggerFactory Loggers { get; } = loggers;

    public ILogger Logger { get; } = loggers.CreateLogger("Realtime.Jobs");

    public JobFeed Feed { get; } = feed;

    /// <summary>Wakes the fetcher: there may be something to claim.</summary>
    public Wake Work { get; } = new();

    /// <summary>Wakes the stager: something is due earlier than it knows.</summary>
    public Wake Staging { get; } = new();

    /// <summary>Fires when attempts have ended and their ends are recorded.</summary>
    public Pulse Activity { get; } = new();

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
        var enqueued = Store.EnqueueAsync(job, cancellationToken);
        if (!enqueued.IsCompletedSuccessfully)
        {
            return AwaitAsync(enqueued);
        }
        Announce(job.DueAt);
        return enqueued;

        async ValueTask<EnqueueResult> AwaitAsync(ValueTask<EnqueueResult> pending)
        {
            var result = await pending;
            Announce(job.DueAt);
            return result;
        }
    }

    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        var results = await Store.EnqueueAsync(jobs, cancellationToken);
        foreach (var job in jobs)
        {
            Announce(job.DueAt);
        }
        return results;
    }

    /// <summary>Enqueues the jobs of a schedule's occurrences, as far as no other node has.</summary>
    public async ValueTask FireAsync(string schedule, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        if ((await Store.FireAsync(schedule, jobs, cancellationToken)).Count > 0)
        {
            Work.Set();
        }
    }

    public async ValueTask EnqueueFlowAsync(IReadOnlyList<JobSpec> jobs, IReadOnlyList<JobLink> links, CancellationToken cancellationToken)
    {
        await Store.EnqueueFlowAsync(jobs, links, cancellationToken);
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
}
