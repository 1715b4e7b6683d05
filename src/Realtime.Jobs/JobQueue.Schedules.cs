using Realtime.Jobs;

namespace Realtime;

public sealed partial class JobQueue
{
    /// <summary>The schedules of this program, in the order added.</summary>
    public IReadOnlyList<Schedule> Schedules => _schedules;

    /// <summary>Enqueues a job again and again, at the times that a cron expression names.</summary>
    /// <typeparam name="TArgs">The job's arguments.</typeparam>
    /// <param name="name">The schedule's name, unique in the app. Nodes that share a store share schedules of one name.</param>
    /// <param name="expression">Five fields, or six: see <see cref="CronExpression"/>.</param>
    /// <param name="job">What to enqueue.</param>
    /// <param name="args">Its arguments, the same each time; <see cref="JobContext.Occurrence"/> tells the times apart.</param>
    /// <param name="zone">Whose wall clock the expression is read on; null for UTC.</param>
    /// <param name="catchUp">What becomes of occurrences that no process was there for; null for <see cref="CatchUp.Once"/>.</param>
    /// <exception cref="FormatException">The expression cannot be read.</exception>
    /// <exception cref="InvalidOperationException">There is a schedule of this name already.</exception>
    public Schedule Cron<TArgs>(string name, string expression, Job<TArgs> job, TArgs args, TimeZoneInfo? zone = null, CatchUp? catchUp = null) =>
        Add(name, new CronTimetable(CronExpression.Parse(expression), zone ?? TimeZoneInfo.Utc), job, args, catchUp);

    /// <summary>
    /// Enqueues a job again and again, at a fixed interval. The times are the multiples of the interval since the start of 1 January 0001
    /// UTC, the same on every node: each 15 minutes is at :00, :15, :30 and :45.
    /// </summary>
    /// <typeparam name="TArgs">The job's arguments.</typeparam>
    /// <param name="name">The schedule's name, unique in the app. Nodes that share a store share schedules of one name.</param>
    /// <param name="interval">At least a second.</param>
    /// <param name="job">What to enqueue.</param>
    /// <param name="args">Its arguments, the same each time; <see cref="JobContext.Occurrence"/> tells the times apart.</param>
    /// <param name="catchUp">What becomes of occurrences that no process was there for; null for <see cref="CatchUp.Once"/>.</param>
    /// <exception cref="InvalidOperationException">There is a schedule of this name already.</exception>
    public Schedule Every<TArgs>(string name, TimeSpan interval, Job<TArgs> job, TArgs args, CatchUp? catchUp = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromSeconds(1));
        return Add(name, new IntervalTimetable(interval), job, args, catchUp);
    }

    /// <summary>Where all schedules stand: those of this program, and others that the store knows.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<ScheduleStatus>> SchedulesAsync(CancellationToken cancellationToken = default)
    {
        var runtime = Runtime;
        var now = runtime.Time.GetUtcNow();
        var records = (await runtime.Store.SchedulesAsync(cancellationToken)).ToDictionary(static record => record.Name);
        var statuses = _schedules.ConvertAll(schedule => schedule.StatusOf(
            records.Remove(schedule.Name, out var record) ? record : new ScheduleRecord(schedule.Name, schedule.Times, now, IsPaused: false), now));
        statuses.AddRange(records.Values.Select(static record => new ScheduleStatus
        {
            Name = record.Name,
            Times = record.Times,
            IsPaused = record.IsPaused,
            LastOccurrence = record.LastOccurrence,
        }));
        return statuses;
    }

    private Schedule Add<TArgs>(string name, Timetable timetable, Job<TArgs> job, TArgs args, CatchUp? catchUp)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(job);
        ThrowIfOpen();
        if (_schedules.Exists(schedule => schedule.Name == name))
        {
            throw new InvalidOperationException($"There are two schedules called '{name}'. Give each its own name.");
        }
        var schedule = new Schedule(this, name, timetable, job, catchUp, occurrence => job.Spec(args, occurrence));
        _schedules.Add(schedule);
        return schedule;
    }
}
