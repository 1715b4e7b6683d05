namespace Realtime.Postgres;

// What people do to jobs.
internal sealed partial class PostgresJobSql
{
    public string Pause => field ??= $"INSERT INTO {_queues} (name, paused) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET paused = excluded.paused";

    public string Paused => field ??= $"SELECT name FROM {_queues} WHERE paused ORDER BY name";

    public string Hurry => field ??= $"UPDATE {_jobs} SET state = 0 WHERE id = $1 AND state = 1";

    public string DeadKey => field ??= $"SELECT id, unique_key FROM {_finished} WHERE id = $1 AND state > 3";

    /// <summary>Brings dead jobs back whose unique keys are free. The caller holds the locks of those keys.</summary>
    public string Requeue => field ??= $"""
        WITH back AS (
            DELETE FROM {_finished} AS f WHERE id = ANY($1) AND state > 3
                AND {MayReturn}
            RETURNING *
        )
        INSERT INTO {_jobs} ({Kept}, state, cancel, {TraceNames})
        SELECT {Columns("back.", Kept).Replace("back.extra_attempts", "back.attempt", StringComparison.Ordinal).Replace("back.due", "NULL", StringComparison.Ordinal)},
            CASE WHEN EXISTS (SELECT FROM {_links} AS l WHERE l.after = back.id AND l.state IS NULL) THEN -1 ELSE 0 END, false, {TraceNames} FROM back
        RETURNING id, flow IS NOT NULL
        """;

    public string Prune => field ??= $"""
        WITH {Clock},
        old AS MATERIALIZED (
            SELECT id FROM {_finished} WHERE expires <= {Now} ORDER BY expires LIMIT $2 FOR UPDATE SKIP LOCKED
        ),
        {RemoveOld}
        """;

    /// <summary>Jobs that fit a filter, the newest ids first: parameters $1 limit, $2 before, $3 queue, $4 name, $5 tag.</summary>
    public string List(JobFilter filter) => $"""
        (SELECT {HotRecord("j")} FROM {_jobs} AS j WHERE {Where(filter)} AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $1)
        UNION ALL (SELECT {FinishedRecord("f")} FROM {_finished} AS f WHERE {Where(filter)} AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $1)
        ORDER BY id DESC LIMIT $1
        """;

    /// <summary>Dead jobs that fit a filter and whose unique keys are free, the oldest ids first. Parameters as of <see cref="List"/>.</summary>
    public string Dead(JobFilter filter) => $"""
        SELECT id, unique_key FROM {_finished} AS f WHERE {Where(filter)} AND state > 3 AND $2::uuid IS NULL AND {MayReturn}
        ORDER BY id LIMIT $1
        """;

    /// <summary>Removes finished jobs that fit a filter. Parameters as of <see cref="List"/>.</summary>
    public string Purge(JobFilter filter) => $"""
        WITH old AS MATERIALIZED (SELECT id FROM {_finished} WHERE {Where(filter)} AND $2::uuid IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED),
        {RemoveOld}
        """;

    // A dead job f: its unique key is free, and no job before it ended so that it cannot run: that one has to be requeued, and not this one.
    private string MayReturn => field ??= $"""
        (unique_key IS NULL OR NOT EXISTS (SELECT FROM {_jobs} AS j WHERE j.unique_key = f.unique_key))
            AND (flow IS NULL OR flow & 4 <> 0 OR NOT EXISTS (SELECT FROM {_links} AS l WHERE l.after = f.id AND l.state > 3))
        """;

    // With all that belongs to them.
    private string RemoveOld => field ??= $"""
        gone AS (DELETE FROM {_finished} AS f USING old WHERE f.id = old.id RETURNING f.id, f.idempotency_key, f.has_steps, f.has_logs, f.flow),
        freed AS (DELETE FROM {_keys} WHERE job = ANY(ARRAY(SELECT id FROM gone WHERE idempotency_key IS NOT NULL))),
        swept AS (DELETE FROM {_steps} WHERE job = ANY(ARRAY(SELECT id FROM gone WHERE has_steps))),
        unlogged AS (DELETE FROM {_logs} WHERE job = ANY(ARRAY(SELECT id FROM gone WHERE has_logs))),
        unlinked AS (DELETE FROM {_links} WHERE after = ANY(ARRAY(SELECT id FROM gone WHERE flow IS NOT NULL)))
        SELECT count(*) FROM gone
        """;

    // Only what is asked for is in the text, so that the right index is found; the others are named to keep their types known.
    private static string Where(JobFilter filter) => string.Join(" AND ",
    [
        filter.State is { } state ? $"state = {(int)state}" : "true",
        filter.Queue is null ? "$3::text IS NULL" : "queue = $3::text",
        filter.Name is null ? "$4::text IS NULL" : "name = $4::text",
        filter.Tag is null ? "$5::text IS NULL" : "tags @> ARRAY[$5::text]",
    ]);
}
