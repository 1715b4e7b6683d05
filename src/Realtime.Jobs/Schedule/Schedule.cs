using Realtime.Jobs;

namespace Realtime;

/// <summary>
/// A job that is enqueued again and again: see <see cref="JobQueue.Cron"/> and <see cref="JobQueue.Every"/>. Nodes that share a store share
/// the schedules of one name: each occurrence is enqueued once.
/// </summary>
public sealed class Schedule
{
    internal const string OccurrenceHeader = "realtime-occurrence";

    private readonly JobQueue _queue;
    private readonly Func<JobOccurrence?, JobSpec> _spec;
    private readonly CatchUp _catchUp;

    internal Schedule(JobQueue queue, string name, Timetable timetable, Job job, CatchUp? catchUp, Func<JobOccurrence?, JobSpec> spec)
    {
        _queue = queue;
        Name = name;
        Timetable = timetable;
        Job = job;
        _catchUp = catchUp ?? CatchUp.Once;
        _spec = spec;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it enqueues.</summary>
    public Job Job { get; }

    /// <summary>When it fires: a cron expression with its time zone, or <c>every 00:15:00</c>.</summary>
    public string Times => Timetable.ToString();

    internal Timetable Timetable { get; }

    /// <summary>Enqueues its job now, paused or not. The next occurrence comes as if this had not been.</summary>
    /// <param name="cancellationToken">Gives up waiting; the job may have been enqueued.</param>
    /// <exception cref="JobStoreException">The store could not take the job; it was not enqueued.</exception>
    public async ValueTask<JobHandle> RunNowAsync(CancellationToken cancellationToken = default) =>
        new(_queue, await _queue.Runtime.EnqueueAsync(_spec(null), cancellationToken), Job.Name);

    /// <summary>Lets it enqueue nothing until it is resumed, on all nodes and across restarts.</summary>
    /// <param name="cancellationToken">Gives up waiting; it may have been paused.</param>
    public ValueTask PauseAsync(CancellationToken cancellationToken = default) => SetPausedAsync(true, cancellationToken);

    /// <summary>Lets it go on with the next occurrence. What came while it was paused is not caught up with.</summary>
    /// <param name="cancellationToken">Gives up waiting; it may have been resumed.</param>
    public ValueTask ResumeAsync(CancellationToken cancellationToken = default) => SetPausedAsync(false, cancellationToken);

    /// <summary>Where it stands now.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<ScheduleStatus> GetAsync(CancellationToken cancellationToken = default)
    {
        var runtime = _queue.Runtime;
        var records = await runtime.Store.SchedulesAsync(cancellationToken);
        var record = records.FirstOrDefault(record => record.Name == Name);
        return StatusOf(record ?? new ScheduleRecord(Name, Times, runtime.Time.GetUtcNow(), IsPaused: false), runtime.Time.GetUtcNow());
    }

    internal ScheduleStatus StatusOf(ScheduleRecord record, DateTimeOffset now) => new()
    {
        Name = Name,
        Times = Times,
        Job = Job.Name,
        IsPaused = record.IsPaused,
        LastOccurrence = record.LastOccurrence,
        NextOccurrence = record.IsPaused ? null : Timetable.Next(record.LastOccurrence > now ? record.LastOccurrence : now),
    };

    /// <summary>The jobs to enqueue for the occurrences behind one moment and up to another, oldest first.</summary>
    internal IReadOnlyList<JobSpec> DueJobs(DateTimeOffset after, DateTimeOffset now) =>
        [.. Timetable.Newest(_catchUp.OldestOf(after, now), now, _catchUp.Limit).Select(moment => _spec(new JobOccurrence(Name, moment)))];

    private async ValueTask SetPausedAsync(bool isPaused, CancellationToken cancellationToken)
    {
        var store = _queue.Runtime.Store;
        if (!await store.PauseScheduleAsync(Name, isPaused, cancellationToken))
        {
            // A program that runs no jobs may be the first to name it.
            await store.AddScheduleAsync(Name, Times, cancellationToken);
            await store.PauseScheduleAsync(Name, isPaused, cancellationToken);
        }
    }
}
