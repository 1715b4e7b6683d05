namespace Realtime.Postgres;

// What attempts say on their way.
internal sealed partial class PostgresJobSql
{
    public string Report => field ??= $"""
        WITH report AS MATERIALIZED (
            SELECT * FROM unnest($2::uuid[], $3::integer[], $4::double precision[], $5::text[]) WITH ORDINALITY AS r (id, attempt, progress, message, n)
            ORDER BY id
        )
        UPDATE {_jobs} AS j SET progress = r.progress, message = r.message
        FROM report AS r WHERE j.id = r.id AND {Holds("r", "$1")}
        RETURNING r.n
        """;

    public string SaveStep => field ??= $"""
        WITH held AS ({Hold}),
        saved AS (INSERT INTO {_steps} (job, name, result) SELECT id, $4, $5 FROM held ON CONFLICT DO NOTHING)
        SELECT count(*) FROM held
        """;

    public string SaveCursor => field ??= $"""
        WITH held AS ({Hold}),
        saved AS (INSERT INTO {_steps} (job, name, result) SELECT id, $4, $5 FROM held ON CONFLICT (job, name) DO UPDATE SET result = excluded.result)
        SELECT count(*) FROM held
        """;

    public string Steps => field ??= $"SELECT name, result FROM {_steps} WHERE job = $1";

    /// <summary>Adds lines, each with the place of its attempt in the list of attempts.</summary>
    public string AddLog => field ??= $"""
        WITH asked AS MATERIALIZED (
            SELECT * FROM unnest($2::uuid[], $3::integer[]) WITH ORDINALITY AS a (id, attempt, n) ORDER BY id
        ),
        held AS (
            UPDATE {_jobs} AS j SET has_logs = true FROM asked AS a
            WHERE j.id = a.id AND {Holds("a", "$1")}
            RETURNING j.id, a.n
        ),
        added AS (
            INSERT INTO {_logs} (job, number, at, text)
            SELECT h.id, l.number, l.at, l.text FROM held AS h
            JOIN unnest($4::bigint[], $5::bigint[], $6::timestamptz[], $7::text[]) AS l (n, number, at, text) ON l.n = h.n
            ON CONFLICT DO NOTHING
        )
        SELECT n FROM held
        """;

    /// <summary>Leaves the newest $2 lines of each job.</summary>
    public string TrimLog => field ??= $"""
        DELETE FROM {_logs} AS l USING unnest($1::uuid[]) AS j (id)
        WHERE l.job = j.id AND l.number <= (SELECT number FROM {_logs} AS o WHERE o.job = j.id ORDER BY number DESC LIMIT 1 OFFSET $2)
        """;

    public string ReadLog => field ??= $"SELECT number, at, text FROM {_logs} WHERE job = $1 AND number > $2 ORDER BY number LIMIT $3";

    private string Hold => field ??= $"UPDATE {_jobs} SET has_steps = true WHERE id = $1 AND attempt = $2 AND node = $3 AND state = 2 RETURNING id";
}
