using Npgsql;
using NpgsqlTypes;
using Realtime.Jobs;

namespace Realtime.Postgres;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc/>
    public async ValueTask<ScheduleRecord> AddScheduleAsync(string name, string times, CancellationToken cancellationToken) => (await ListAsync(
        batch =>
        {
            batch.Add(_sql.AddSchedule).With(Now).With(name).With(times);
            batch.Add(_sql.FindSchedule).With(name);
        },
        ReadSchedule,
        cancellationToken))[0];

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Guid>> FireAsync(string name, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        // Done again it does nothing: the last occurrence says so.
        var fired = await _database.TransactAsync<IReadOnlyList<Guid>>(
            async session =>
            {
                var schedules = await session.ListAsync(batch => batch.Add(_sql.LockSchedule).With(name), ReadSchedule, cancellationToken);
                if (schedules is not [{ IsPaused: false } schedule])
                {
                    return [];
                }
                JobSpec[] due = [.. jobs.Where(job => job.DueAt > schedule.LastOccurrence)];
                if (due.Length == 0)
                {
                    return [];
                }
                var results = due.Any(HasKey) ? await InsertKeyedAsync(session, due, [], cancellationToken) : await InsertPlainAsync(session, due, cancellationToken);
                await session.RunAsync(batch => batch.Add(_sql.Fired).With(name).With(NpgsqlDbType.TimestampTz, due[^1].DueAt!.Value.UtcDateTime), cancellationToken);
                return [.. results.Where(static result => result.Status == EnqueueStatus.Added).Select(static result => result.Id)];
            },
            repeats: 0,
            cancellationToken);
        if (fired.Count > 0)
        {
            _hints.Send(HintOf(jobs));
        }
        return fired;
    }

    /// <inheritdoc/>
    public async ValueTask<ScheduleTurn> TakeTurnAsync(long node, string name, DateTimeOffset occurrence, TimeSpan time, CancellationToken cancellationToken)
    {
        var taken = await ListAsync(
            batch => batch.Add(_sql.TakeTurn).With(Now).With(name).With(node).With(NpgsqlDbType.TimestampTz, occurrence.UtcDateTime).With(NpgsqlDbType.Interval, time),
            static row => row.GetBoolean(0),
            cancellationToken);
        return taken is [var yours] ? yours ? ScheduleTurn.Yours : ScheduleTurn.Others : ScheduleTurn.Over;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> PauseScheduleAsync(string name, bool isPaused, CancellationToken cancellationToken) => (await ListAsync(
        batch => batch.Add(_sql.PauseSchedule).With(Now).With(name).With(NpgsqlDbType.Boolean, isPaused), static row => row.GetString(0), cancellationToken)).Count == 1;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ScheduleRecord>> SchedulesAsync(CancellationToken cancellationToken) =>
        ListAsync(batch => batch.Add(_sql.Schedules), ReadSchedule, cancellationToken);

    private static ScheduleRecord ReadSchedule(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), JobRow.Time(row, 2), row.GetBoolean(3));
}
