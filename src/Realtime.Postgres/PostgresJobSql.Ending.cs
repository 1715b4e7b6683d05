namespace Realtime.Postgres;

// How attempts end, and what is taken from nodes.
internal sealed partial class PostgresJobSql
{
    /// <summary>
    /// Whether an attempt still holds the job: the fence, in a form that tells the planner nothing. It takes a node for one job, and would
    /// compare each of the node's thousands with each of a thousand outcomes instead of finding it by its id.
    /// </summary>
    private static string Holds(string ended, string node) => $"CASE WHEN j.state = 2 AND j.node = {node} THEN j.attempt = {ended}.attempt ELSE false END";

    // What an attempt leaves behind besides the state. Null keeps what is there.
    private const string Traces = """
        coalesce(o.error_type, j.error_type) AS error_type,
            CASE WHEN o.error_type IS NULL THEN j.error_message ELSE o.error_message END AS error_message,
            CASE WHEN o.error_type IS NULL THEN j.error_stack ELSE o.error_stack END AS error_stack,
            coalesce(o.progress, j.progress) AS progress,
            CASE WHEN o.progress IS NULL THEN j.message ELSE o.message END AS message
        """;

    /// <summary>Records ends, and moves the jobs out of the hot table. In the order of their ids, in which everyone locks them.</summary>
    public string Finish => field ??= $"""
        WITH {Clock},
        outcome AS MATERIALIZED (
            SELECT * FROM unnest($3::uuid[], $4::integer[], $5::smallint[], $6::bytea[], $7::text[], $8::text[], $9::text[], $10::double precision[], $11::text[])
                WITH ORDINALITY AS o (id, attempt, state, result, error_type, error_message, error_stack, progress, message, n)
            ORDER BY id
        ),
        gone AS (
            DELETE FROM {_jobs} AS j USING outcome AS o
            WHERE j.id = o.id AND {Holds("o", "$2")}
            RETURNING {Columns("j.", Kept)}, j.cancel, o.n, o.state, o.result, {Traces}
        ),
        {KeepGone}
        SELECT {Ended}, n FROM gone
        """;

    /// <summary>Takes jobs back for another attempt, at its time or, where that is null, at once and with one attempt more. A cancel mark beats both.</summary>
    public string Return => field ??= $"""
        WITH {Clock},
        outcome AS MATERIALIZED (
            SELECT * FROM unnest($3::uuid[], $4::integer[], $5::timestamptz[], $6::boolean[], $7::text[], $8::text[], $9::text[], $10::double precision[], $11::text[])
                WITH ORDINALITY AS o (id, attempt, due, uncounted, error_type, error_message, error_stack, progress, message, n)
        ),
        locked AS MATERIALIZED (
            SELECT o.id, o.n, o.due, o.uncounted, j.cancel, {Traces} FROM {_jobs} AS j JOIN outcome AS o ON j.id = o.id
            WHERE {Holds("o", "$2")}
            ORDER BY j.id FOR UPDATE OF j
        ),
        gone AS (
            DELETE FROM {_jobs} AS j USING locked AS l WHERE j.id = l.id AND l.cancel
            RETURNING {Columns("j.", Kept)}, j.cancel, l.n, 5::smallint AS state, NULL::bytea AS result, {Columns("l.", TraceNames)}
        ),
        {KeepGone},
        back AS (
            UPDATE {_jobs} AS j SET
                state = CASE WHEN l.due > {Now} THEN 1 ELSE 0 END, node = NULL, due = coalesce(l.due, j.due),
                extra_attempts = j.extra_attempts + (l.due IS NULL OR l.uncounted)::integer,
                error_type = l.error_type, error_message = l.error_message, error_stack = l.error_stack, progress = l.progress, message = l.message
            FROM locked AS l WHERE j.id = l.id AND NOT l.cancel
            RETURNING j.id, j.state, l.n
        )
        SELECT {Ended}, n FROM gone UNION ALL SELECT id, state, {NotEnded}, n FROM back
        """;

    /// <summary>Those of these ends that are recorded as they are said to have been.</summary>
    public string Recorded => field ??= $"""
        SELECT o.n FROM unnest($1::uuid[], $2::integer[], $3::smallint[]) WITH ORDINALITY AS o (id, attempt, state, n)
        JOIN {_finished} AS f ON f.id = o.id AND f.attempt = o.attempt AND f.state = o.state
        """;

    public string Stage => field ??= $"""
        WITH {Clock},
        ripe AS MATERIALIZED (
            SELECT id FROM {_jobs} WHERE state = 1 AND due <= {Now} ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED
        ),
        staged AS (UPDATE {_jobs} AS j SET state = 0 FROM ripe WHERE j.id = ripe.id RETURNING 1)
        SELECT count(*) FROM staged
        """;

    public string NextDue => field ??= $"SELECT min(due), clock_timestamp() FROM {_jobs} WHERE state = 1";

    public string IsAlive => field ??= $"SELECT 1 FROM {_nodes} WHERE id = $2 AND expires > (SELECT coalesce($1, clock_timestamp())) FOR UPDATE";

    public string Beat => field ??= $"""
        INSERT INTO {_nodes} (id, host, process, process_start, claims, expires)
        SELECT $2, $3, $4, $5, $6, coalesce($1, clock_timestamp()) + $7
        ON CONFLICT (id) DO UPDATE SET expires = excluded.expires
        """;

    public string Marked => field ??= $"SELECT id FROM {_jobs} WHERE state = 2 AND node = $1 AND cancel";

    public string Bury => field ??= $"DELETE FROM {_nodes} WHERE expires <= (SELECT coalesce($1, clock_timestamp())) OR id = ANY($2)";

    /// <summary>
    /// Takes back what runs for nodes that are gone. By node, not by job: what runs for a node without a lease runs for nobody. What its worker
    /// is recording this very moment is skipped; if that comes to nothing, the next sweep has it.
    /// </summary>
    public string Rescue => field ??= $"""
        WITH {Clock},
        lost AS MATERIALIZED (
            SELECT j.id, j.cancel, j.attempt >= j.max_attempts + j.extra_attempts AS last FROM {_jobs} AS j
            WHERE j.state = 2 AND NOT EXISTS (SELECT FROM {_nodes} AS n WHERE n.id = j.node)
            FOR UPDATE OF j SKIP LOCKED
        ),
        gone AS (
            DELETE FROM {_jobs} AS j USING lost AS l WHERE j.id = l.id AND (l.cancel OR l.last)
            RETURNING {Columns("j.", Kept)}, j.cancel, (CASE WHEN j.cancel THEN 5 ELSE 4 END)::smallint AS state, NULL::bytea AS result, j.progress, j.message,
                CASE WHEN j.cancel THEN j.error_type ELSE $2 END AS error_type, CASE WHEN j.cancel THEN j.error_message ELSE $3 END AS error_message,
                CASE WHEN j.cancel THEN j.error_stack END AS error_stack
        ),
        {KeepGone},
        back AS (
            UPDATE {_jobs} AS j SET state = 0, node = NULL FROM lost AS l WHERE j.id = l.id AND NOT (l.cancel OR l.last)
            RETURNING j.id, j.state
        )
        SELECT {Ended} FROM gone UNION ALL SELECT id, state, {NotEnded} FROM back
        """;

    public string Leave => field ??= $"DELETE FROM {_nodes} WHERE id = $1";

    public string Retire => field ??= $"""
        WITH {Clock},
        held AS MATERIALIZED (SELECT id, cancel FROM {_jobs} WHERE state = 2 AND node = $2 ORDER BY id FOR UPDATE),
        gone AS (
            DELETE FROM {_jobs} AS j USING held AS h WHERE j.id = h.id AND h.cancel
            RETURNING {Columns("j.", Kept)}, j.cancel, 5::smallint AS state, NULL::bytea AS result, {Columns("j.", TraceNames)}
        ),
        {KeepGone},
        back AS (
            UPDATE {_jobs} AS j SET state = 0, node = NULL, extra_attempts = extra_attempts + 1 FROM held AS h WHERE j.id = h.id AND NOT h.cancel
        )
        SELECT {Ended} FROM gone
        """;
}
