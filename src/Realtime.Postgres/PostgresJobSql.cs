namespace Realtime.Postgres;

/// <summary>The store's statements for one schema. Parameter $1 of all that tell the time is the clock, null for the server's.</summary>
internal sealed partial class PostgresJobSql
{
    // Read once per statement, and fit to be compared with an index.
    private const string Clock = "clock AS MATERIALIZED (SELECT coalesce($1, clock_timestamp()) AS now)";
    private const string Now = "(SELECT now FROM clock)";

    // What a job keeps when it goes from the hot table to the finished ones or back.
    private const string Kept = "seq, id, name, queue, priority, attempt, max_attempts, extra_attempts, args, enqueued, due, started, retention, unique_key, "
        + "idempotency_key, limit_key, tags, parent, flow, flow_delay, headers, has_steps, has_logs, retention_failed, retention_cancelled";

    private const string TraceNames = "error_type, error_message, error_stack, progress, message";

    // As JobRow reads them; behind them node, finished, result.
    private const string Record = "id, name, queue, priority, state, attempt, max_attempts, extra_attempts, args, enqueued, due, started, retention, cancel, progress, message, "
        + "unique_key, idempotency_key, limit_key, tags, parent, flow, flow_delay, error_type, error_message, error_stack, seq, headers, retention_failed, retention_cancelled";

    // As EndedJob reads them, of rows that go to the finished jobs.
    private const string Ended = "id, state, name, flow IS NOT NULL, CASE WHEN flow IS NOT NULL THEN result END, error_type, error_message";
    private const string NotEnded = "NULL::text, false, NULL::bytea, NULL::text, NULL::text";

    private readonly string _jobs;
    private readonly string _finished;
    private readonly string _steps;
    private readonly string _logs;
    private readonly string _nodes;
    private readonly string _keys;
    private readonly string _links;
    private readonly string _queues;
    private readonly string _starts;
    private readonly string _keyStarts;
    private readonly string _schedules;
    private readonly string _schema;

    public PostgresJobSql(string schema)
    {
        _schema = schema;
        var s = $"\"{schema}\".";
        (_jobs, _finished, _steps, _logs, _nodes) = (s + "jobs", s + "jobs_finished", s + "job_steps", s + "job_logs", s + "job_nodes");
        (_keys, _links, _queues, _starts, _schedules) = (s + "job_keys", s + "job_links", s + "job_queues", s + "job_starts", s + "job_schedules");
        _keyStarts = s + "job_key_starts";
    }

    /// <summary>
    /// Keeps the planner to the indexes for the rest of the transaction. Its statistics are of a table that fills and empties all day, and one
    /// wrong guess is a scan or a sort of a million rows per claim.
    /// </summary>
    public string Plan { get; } = """
        SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true),
            set_config('enable_mergejoin', 'off', true), set_config('enable_sort', 'off', true), set_config('jit', 'off', true)
        """;

    public string Find => field ??= $"""
        SELECT {HotRecord("j")} FROM {_jobs} AS j WHERE id = $1 UNION ALL SELECT {FinishedRecord("f")} FROM {_finished} AS f WHERE id = $1
        """;

    public string Count => field ??= $"""
        SELECT queue, state, count(*) FROM {_jobs} GROUP BY queue, state UNION ALL SELECT queue, state, count(*) FROM {_finished} GROUP BY queue, state
        """;

    public string Waiting => field ??= $"SELECT min(coalesce(due, enqueued)) FROM {_jobs} WHERE state = 0 AND queue = $1";

    /// <summary>What tells one database from every other, on whatever server: when its server was started, and its number there; and its name.</summary>
    public string Identity { get; } = """
        SELECT extract(epoch FROM pg_postmaster_start_time())::text || ' ' || oid::text, datname::text FROM pg_catalog.pg_database WHERE datname = current_database()
        """;

    public string Nodes => field ??= $"SELECT id, host, process, process_start FROM {_nodes}";

    public string State => field ??= $"SELECT state FROM {_jobs} WHERE id = $1 UNION ALL SELECT state FROM {_finished} WHERE id = $1";

    /// <summary>Takes locks of this store's own, which end with the transaction: $1 is their kind, $2 their numbers.</summary>
    public string TakeLocks => field ??= $"SELECT pg_advisory_xact_lock(hashtext('{_schema}') # $1, number) FROM unnest($2::integer[]) AS number";

    private static string HotRecord(string row) => Columns(row + ".", Record) + $", {row}.node, NULL::timestamptz, NULL::bytea";

    private static string FinishedRecord(string row) => Columns(row + ".", Record) + $", NULL::bigint, {row}.finished, {row}.result";

    private static string Columns(string row, string names) => row + names.Replace(", ", ", " + row, StringComparison.Ordinal);

    /// <summary>Puts the rows called gone, which were taken out of the hot table, among the finished ones.</summary>
    private string KeepGone => field ??= $"""
        kept AS (
            INSERT INTO {_finished} ({Kept}, cancel, state, result, {TraceNames}, finished, expires)
            SELECT {Kept}, cancel, state, result, {TraceNames}, now,
                now + CASE state WHEN 3 THEN retention WHEN 5 THEN coalesce(retention_cancelled, retention) ELSE coalesce(retention_failed, retention) END
            FROM gone, clock
        ),
        swept AS (DELETE FROM {_steps} WHERE job = ANY(ARRAY(SELECT id FROM gone WHERE has_steps AND state = 3)))
        """;
}
