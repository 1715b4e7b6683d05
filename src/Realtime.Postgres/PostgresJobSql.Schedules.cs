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

    public string Fired => field ??= $"UPDATE {_schedules} SET last = $2, turn_node = NULL WHERE name = $1";

    /// <summary>Takes a turn. Returns whether there was one to take, and whether it was taken.</summary>
    public string TakeTurn => field ??= $"""
        WITH {Clock},
        open AS MATERIALIZED (SELECT name, turn_node, turn_until FROM {_schedules} WHERE name = $2 AND NOT paused AND last < $4 FOR UPDATE),
        taken AS (
            UPDATE {_schedules} AS s SET turn_node = $3, turn_until = {Now} + $5 FROM open
            WHERE s.name = open.name AND (open.turn_node IS NULL OR open.turn_node = $3 OR open.turn_until <= {Now}) RETURNING s.name
        )
        SELECT EXISTS (SELECT FROM taken) FROM open
        """;

    public string PauseSchedule => field ??= $"""
        UPDATE {_schedules} SET last = CASE WHEN paused AND NOT $3 THEN greatest(last, coalesce($1, clock_timestamp())) ELSE last END, paused = $3
        WHERE name = $2 RETURNING name
        """;

    public string Schedules => field ??= $"""SELECT {ScheduleColumns} FROM {_schedules} ORDER BY name COLLATE "C" """;
}
