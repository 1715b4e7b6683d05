namespace Realtime.Postgres;

// Adding jobs.
internal sealed partial class PostgresJobSql
{
    private const string InsertedNames = "id, name, queue, priority, max_attempts, args, enqueued, due, retention, retention_failed, retention_cancelled";
    private const string Inserted = "$2::uuid[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::bytea[], $8::timestamptz[], $9::timestamptz[], $10::interval[], $11::interval[], $12::interval[]";
    private const string DetailNames = "unique_key, idempotency_key, limit_key, parent, flow, flow_delay, headers";

    /// <summary>Adds jobs that are nothing but jobs.</summary>
    public string Insert => field ??= $"""
        WITH {Clock}
        INSERT INTO {_jobs} ({InsertedNames}, state)
        SELECT {InsertedNames}, CASE WHEN due > {Now} THEN 1 ELSE 0 END
        FROM unnest({Inserted}) WITH ORDINALITY AS asked ({InsertedNames}, n) ORDER BY n
        """;

    /// <summary>Adds jobs with keys, tags or a place in a flow. Their tags are a JSON array: arrays in an array would all have to be of one length.</summary>
    public string InsertDetailed => field ??= $"""
        WITH {Clock}
        INSERT INTO {_jobs} ({InsertedNames}, {DetailNames}, tags, state)
        SELECT {InsertedNames}, {DetailNames}, CASE WHEN tags IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(tags::jsonb)) END,
            CASE WHEN waits THEN -1 WHEN due > {Now} THEN 1 ELSE 0 END
        FROM unnest({Inserted}, $13::text[], $14::text[], $15::text[], $16::uuid[], $17::smallint[], $18::interval[], $19::text[], $20::text[],
                $21::boolean[])
            WITH ORDINALITY AS asked ({InsertedNames}, {DetailNames}, tags, waits, n) ORDER BY n
        """;

    public string AddKeys => field ??= $"INSERT INTO {_keys} (key, job) SELECT * FROM unnest($1::text[], $2::uuid[])";

    /// <summary>Which kept jobs have these idempotency keys.</summary>
    public string Known => field ??= $"SELECT key, job FROM {_keys} WHERE key = ANY($1)";

    /// <summary>Which jobs that have not ended have these unique keys.</summary>
    public string Holders => field ??= $"SELECT unique_key, id, state FROM {_jobs} WHERE unique_key = ANY($1) ORDER BY id FOR UPDATE";

    public string GiveUpKeys => field ??= $"UPDATE {_jobs} SET unique_key = NULL WHERE id = ANY($1)";

    /// <summary>Which of these jobs are stored already.</summary>
    public string Stored => field ??= $"SELECT id FROM {_jobs} WHERE id = ANY($1) UNION ALL SELECT id FROM {_finished} WHERE id = ANY($1)";
}
