namespace Realtime.Postgres;

// Jobs that wait for others, and jobs under others.
internal sealed partial class PostgresJobSql
{
    public string AddLinks => field ??= $"""
        INSERT INTO {_links} (after, place, before) SELECT after, n, before FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS link (after, before, n)
        """;

    public string Inputs => field ??= $"SELECT before, coalesce(name, ''), state, result, error_type, error_message FROM {_links} WHERE after = $1 ORDER BY place";

    public string Children => field ??= $"""
        (SELECT {HotRecord("j")} FROM {_jobs} AS j WHERE parent = $1 ORDER BY seq LIMIT $2)
        UNION ALL (SELECT {FinishedRecord("f")} FROM {_finished} AS f WHERE parent = $1 ORDER BY seq LIMIT $2)
        ORDER BY seq LIMIT $2
        """;

    /// <summary>Hands ends on to those that wait for them. An end that was handed on already is not handed on twice.</summary>
    public string HandOn => field ??= $"""
        UPDATE {_links} AS l SET state = e.state, name = e.name, result = e.result, error_type = e.error_type, error_message = e.error_message
        FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::bytea[], $5::text[], $6::text[]) AS e (id, state, name, result, error_type, error_message)
        WHERE l.before = e.id AND l.state IS NULL
        RETURNING l.after, l.before
        """;

    public string LockWaiting => field ??= $"SELECT id, flow FROM {_jobs} WHERE id = ANY($1) AND state = -1 ORDER BY id FOR UPDATE";

    /// <summary>Releases those of these that nothing is waited for any more. Behind their locks: of two that end at once, the later sees both.</summary>
    public string Release => field ??= $"""
        WITH {Clock}
        UPDATE {_jobs} AS j SET
            state = CASE WHEN flow_delay > interval '0' THEN 1 ELSE 0 END,
            due = CASE WHEN flow_delay > interval '0' THEN {Now} + flow_delay ELSE due END
        WHERE id = ANY($2) AND state = -1 AND NOT EXISTS (SELECT FROM {_links} AS l WHERE l.after = j.id AND l.state IS NULL)
        RETURNING id, name, state, CASE WHEN flow_delay > interval '0' THEN due END
        """;

    /// <summary>Takes the end of a job back from those that wait for it. Those that have run with what they were given keep it.</summary>
    public string TakeBack => field ??= $"""
        UPDATE {_links} AS l SET state = NULL, name = NULL, result = NULL, error_type = NULL, error_message = NULL
        WHERE l.before = $1 AND l.state IS NOT NULL AND EXISTS (
            SELECT FROM (SELECT flow FROM {_jobs} WHERE id = l.after UNION ALL SELECT flow FROM {_finished} WHERE id = l.after) AS next, {_links} AS other
            WHERE other.after = l.after AND (other.state IS NULL OR (other.state > 3 AND next.flow & 4 = 0)))
        RETURNING l.after
        """;

    /// <summary>Those of these that were cancelled because of a job before them wait again, unless there is another such job.</summary>
    public string Revive => field ??= $"""
        WITH back AS (
            DELETE FROM {_finished} AS f WHERE id = ANY($1) AND state = 5 AND error_type = $2 AND flow & 4 = 0
                AND NOT EXISTS (SELECT FROM {_links} AS l WHERE l.after = f.id AND l.state > 3)
            RETURNING *
        )
        INSERT INTO {_jobs} ({Kept}, state, cancel, progress, message)
        SELECT {Kept}, -1, cancel, progress, message FROM back
        RETURNING id, name
        """;

    public string Break => field ??= $"""
        WITH {Clock},
        gone AS (
            DELETE FROM {_jobs} AS j USING unnest($2::uuid[], $3::text[], $4::text[]) AS b (id, error_type, error_message)
            WHERE j.id = b.id AND j.state = -1
            RETURNING {Columns("j.", Kept)}, j.cancel, 5::smallint AS state, NULL::bytea AS result, b.error_type, b.error_message, NULL::text AS error_stack, j.progress, j.message
        ),
        {KeepGone}
        SELECT {Ended} FROM gone
        """;

    /// <summary>Locks a job and all that is under it, however deep, finished jobs between them included.</summary>
    public string LockTree => field ??= $"""
        WITH RECURSIVE tree (id) AS (
            SELECT $1::uuid
            UNION SELECT child.id FROM tree, LATERAL (
                SELECT id FROM {_jobs} WHERE parent = tree.id UNION ALL SELECT id FROM {_finished} WHERE parent = tree.id) AS child
        )
        SELECT j.id FROM {_jobs} AS j WHERE j.id IN (SELECT id FROM tree) ORDER BY j.id FOR UPDATE OF j
        """;

    public string CancelWaiting => field ??= $"""
        WITH {Clock},
        gone AS (
            DELETE FROM {_jobs} AS j WHERE id = ANY($2) AND state < 2
            RETURNING {Columns("j.", Kept)}, true AS cancel, 5::smallint AS state, NULL::bytea AS result, {Columns("j.", TraceNames)}
        ),
        {KeepGone}
        SELECT {Ended} FROM gone
        """;

    public string MarkCancelled => field ??= $"UPDATE {_jobs} SET cancel = true WHERE id = ANY($1) AND state = 2 RETURNING id, name";

    /// <summary>Locks the parents of new jobs, and says which are being cancelled.</summary>
    public string LockParents => field ??= $"SELECT id, cancel FROM {_jobs} WHERE id = ANY($1) ORDER BY id FOR SHARE";

    public string CancelledParents => field ??= $"SELECT id FROM {_finished} WHERE id = ANY($1) AND cancel";
}
