namespace Realtime.Postgres;

// What fires by the clock.
internal sealed partial class PostgresJobSql
{
    private const string ScheduleColumns = "name, times, last, paused";

    public string AddSchedule => field ??= $"""
        INSERT INTO {_schedules} AS s (name, times, last, paused) SELECT $2, $3, coalesce($1, clock_timestamp()), false
        ON CONFLICT (name) DO UPDATE SET times = excluded.times, last = greatest(s.last, excluded.last) WHERE s.times <> excluded.times
        """;

    public string FindSchedule => field ??= $"SELECT {ScheduleColumns} FROM {_schedules} WHERE name = $1";

    public string LockSchedule => field ??= $"SELECT {ScheduleColumns} FROM {_schedules} WHERE name = $1 FOR UPDATE";

    public string Fired => field ??= $"UPDATE {_schedules} SET last = $2 WHERE name = $1";

    public string PauseSchedule => field ??= $"""
        UPDATE {_schedules} SET last = CASE WHEN paused AND NOT $3 THEN greatest(last, coalesce($1, clock_timestamp())) ELSE last END, paused = $3
        WHERE name = $2 RETURNING name
        """;

    public string Schedules => field ??= $"""SELECT {ScheduleColumns} FROM {_schedules} ORDER BY name COLLATE "C" """;
}
