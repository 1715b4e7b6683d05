using Realtime.Jobs;

namespace Realtime.Sqlite;

public sealed partial class SqliteJobStore
{
    /// <inheritdoc/>
    public ValueTask<ScheduleRecord> AddScheduleAsync(string name, string times, CancellationToken cancellationToken) => Writer.RunAsync(
        database =>
        {
            database.Prepare("""
                INSERT INTO realtime_job_schedules (name, times, last, paused) VALUES (?1, ?2, ?3, 0)
                ON CONFLICT (name) DO UPDATE SET times = ?2, last = max(last, ?3) WHERE times <> ?2
                """).Bind(1, name).Bind(2, times).Bind(3, Now).Run();
            return FindSchedule(database, name)!;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Guid>> FireAsync(string name, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return Writer.RunAsync<IReadOnlyList<Guid>>(
            database =>
            {
                var fired = new List<Guid>();
                if (FindSchedule(database, name) is not { IsPaused: false } schedule)
                {
                    return fired;
                }
                var last = schedule.LastOccurrence;
                foreach (var job in jobs.Where(job => job.DueAt > last))
                {
                    if (Insert(database, job, Now) is { Status: EnqueueStatus.Added } added)
                    {
                        fired.Add(added.Id);
                    }
                    last = job.DueAt!.Value;
                }
                if (last > schedule.LastOccurrence)
                {
                    database.Prepare("UPDATE realtime_job_schedules SET last = ?2, turn_node = NULL WHERE name = ?1").Bind(1, name).Bind(2, last.UtcTicks).Run();
                }
                return fired;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ScheduleTurn> TakeTurnAsync(long node, string name, DateTimeOffset occurrence, TimeSpan time, CancellationToken cancellationToken) => Writer.RunAsync(
        database =>
        {
            if (FindSchedule(database, name) is not { IsPaused: false } schedule || schedule.LastOccurrence >= occurrence)
            {
                return ScheduleTurn.Over;
            }
            var taken = database.Prepare("""
                UPDATE realtime_job_schedules SET turn_node = ?2, turn_until = ?4 WHERE name = ?1 AND (turn_node IS NULL OR turn_node = ?2 OR turn_until <= ?3)
                """).Bind(1, name).Bind(2, node).Bind(3, Now).Bind(4, Now + time.Ticks).Run();
            return taken == 1 ? ScheduleTurn.Yours : ScheduleTurn.Others;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> PauseScheduleAsync(string name, bool isPaused, CancellationToken cancellationToken) => Writer.RunAsync(
        database => database.Prepare("""
            UPDATE realtime_job_schedules SET last = CASE WHEN paused = 1 AND ?2 = 0 THEN max(last, ?3) ELSE last END, paused = ?2 WHERE name = ?1
            """).Bind(1, name).Bind(2, isPaused ? 1L : 0L).Bind(3, Now).Run() == 1,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ScheduleRecord>> SchedulesAsync(CancellationToken cancellationToken) => Reader.RunAsync<IReadOnlyList<ScheduleRecord>>(
        static database =>
        {
            var read = database.Prepare("SELECT name, times, last, paused FROM realtime_job_schedules ORDER BY name");
            return read.ReadAll(ReadSchedule);
        },
        cancellationToken);

    private static ScheduleRecord? FindSchedule(SqliteDatabase database, string name)
    {
        var find = database.Prepare("SELECT name, times, last, paused FROM realtime_job_schedules WHERE name = ?1").Bind(1, name);
        var schedule = find.Step() ? ReadSchedule(find) : null;
        find.Reset();
        return schedule;
    }

    private static ScheduleRecord ReadSchedule(SqliteStatement row) =>
        new(row.Text(0), row.Text(1), new DateTimeOffset(row.Int64(2), TimeSpan.Zero), row.Int64(3) != 0);
}
