using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Realtime.Jobs;

/// <summary>What is measured of jobs: the meter <c>Realtime.Jobs</c>, listed in docs/guide/jobs.md. Where nobody listens, nothing is.</summary>
internal sealed class JobMeters : IDisposable
{
    public const string Name = "Realtime.Jobs";

    // The boundaries that OpenTelemetry's conventions recommend for both durations.
    private static readonly InstrumentAdvice<double> Times = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };

    // A job may wait and run for hours.
    private static readonly InstrumentAdvice<double> LongTimes = new() { HistogramBucketBoundaries = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400] };

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly bool _isOwn;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _attempts;
    private readonly UpDownCounter<long> _running;
    private readonly Histogram<double> _enqueueing;
    private readonly Histogram<double> _processing;
    private readonly Histogram<double> _waiting;
    private readonly ObservableGauge<long> _queued;
    private volatile IReadOnlyList<QueueCount> _counts = [];

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">Makes the meter where the app's services have one; it is then the factory's to dispose of.</param>
    /// <param name="time">The clock.</param>
    public JobMeters(IMeterFactory? factory, TimeProvider time)
    {
        _time = time;
        _isOwn = factory is null;
        _meter = factory?.Create(Name) ?? new Meter(Name);
        _sent = _meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Jobs that were to be enqueued.");
        _consumed = _meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Attempts that were started.");
        _enqueueing = _meter.CreateHistogram("messaging.client.operation.duration", "s", "How long enqueueing took, until the store had it.", tags: null, Times);
        _processing = _meter.CreateHistogram("messaging.process.duration", "s", "How long attempts took.", tags: null, Times);
        _waiting = _meter.CreateHistogram("realtime.job.wait.duration", "s", "From when a job was due to its first attempt.", tags: null, LongTimes);
        _attempts = _meter.CreateCounter<long>("realtime.job.attempts", "{attempt}", "Attempts that ended, by how.");
        _running = _meter.CreateUpDownCounter<long>("realtime.job.running", "{job}", "Jobs that run in this process.");
        _queued = _meter.CreateObservableGauge("realtime.job.queued", MeasureQueued, "{job}", "Jobs in the store that have not ended, by queue and state; a quarter of a minute old at most.");
    }

    /// <summary>Whether an enqueue is to be watched.</summary>
    public bool HearsEnqueues => JobActivities.AreHeard || _sent.Enabled || _enqueueing.Enabled;

    /// <summary>Whether an attempt is to be watched.</summary>
    public bool HearsAttempts => JobActivities.AreHeard || _processing.Enabled || _consumed.Enabled || _attempts.Enabled || _running.Enabled || _waiting.Enabled;

    /// <summary>Begins to watch an enqueue; the jobs carry its trace from now on.</summary>
    public WatchedEnqueue Enqueue(IReadOnlyList<JobSpec> jobs)
    {
        var activity = JobActivities.Enqueue(jobs);
        JobActivities.Carry(jobs);
        return new WatchedEnqueue(this, activity, jobs, _time.GetTimestamp());
    }

    /// <summary>Begins to watch an attempt.</summary>
    public WatchedAttempt Attempt(JobRecord job)
    {
        var tags = Tags("process", job.Spec.Queue, job.Spec.Name);
        _consumed.Add(1, tags);
        if (_waiting.Enabled && job.Attempt == 1)
        {
            var due = job.Spec.DueAt > job.Spec.EnqueuedAt ? job.Spec.DueAt.Value : job.Spec.EnqueuedAt;
            _waiting.Record(Math.Max(0, (_time.GetUtcNow() - due).TotalSeconds), new("messaging.destination.name", job.Spec.Queue), new KeyValuePair<string, object?>("realtime.job.name", job.Spec.Name));
        }
        var running = new KeyValuePair<string, object?>("messaging.destination.name", job.Spec.Queue);
        _running.Add(1, running);
        return new WatchedAttempt(this, JobActivities.Process(job), job, _time.GetTimestamp());
    }

    /// <summary>Counts the store's jobs for the gauge, if somebody asks for it.</summary>
    public async ValueTask CountAsync(IJobStore store, CancellationToken cancellationToken) =>
        _counts = _queued.Enabled ? await store.CountAsync(cancellationToken) : [];

    public void Dispose()
    {
        if (_isOwn)
        {
            _meter.Dispose();
        }
    }

    internal void Ended(WatchedEnqueue enqueue, long started, Exception? exception)
    {
        if (!_sent.Enabled && !_enqueueing.Enabled)
        {
            return;
        }
        var tags = Tags("enqueue", JobActivities.QueueOf(enqueue.Jobs), enqueue.Jobs.Count == 1 ? enqueue.Jobs[0].Name : null);
        tags.Add("messaging.operation.type", "send");
        AddError(ref tags, exception);
        _sent.Add(enqueue.Jobs.Count, tags);
        _enqueueing.Record(_time.GetElapsedTime(started).TotalSeconds, tags);
    }

    internal void Ended(JobRecord job, long started, JobOutcome outcome, Exception? exception)
    {
        _running.Add(-1, new KeyValuePair<string, object?>("messaging.destination.name", job.Spec.Queue));
        var tags = Tags("process", job.Spec.Queue, job.Spec.Name);
        AddError(ref tags, exception);
        _processing.Record(_time.GetElapsedTime(started).TotalSeconds, tags);
        if (_attempts.Enabled)
        {
            _attempts.Add(1, new("realtime.job.name", job.Spec.Name), new("messaging.destination.name", job.Spec.Queue), new("realtime.job.outcome", NameOf(outcome.State)));
        }
    }

    private static TagList Tags(string operation, string? queue, string? job)
    {
        var tags = new TagList { { "messaging.system", "realtime" }, { "messaging.operation.name", operation } };
        if (queue is not null)
        {
            tags.Add("messaging.destination.name", queue);
        }
        if (job is not null)
        {
            tags.Add("realtime.job.name", job);
        }
        return tags;
    }

    private static void AddError(ref TagList tags, Exception? exception)
    {
        if (exception is not null)
        {
            tags.Add("error.type", exception.GetType().FullName);
        }
    }

    private static string NameOf(JobState state) => state switch
    {
        JobState.Succeeded => "succeeded",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        JobState.Quarantined => "quarantined",
        JobState.Scheduled => "retried",
        _ => "handed_back",
    };

    private IEnumerable<Measurement<long>> MeasureQueued() => _counts
        .Where(static count => count.State < JobState.Succeeded)
        .Select(static count => new Measurement<long>(
            count.Count, new("messaging.destination.name", count.Queue), new KeyValuePair<string, object?>("realtime.job.state", count.State.ToString().ToLowerInvariant())));
}
