namespace Realtime.Postgres;

// Giving jobs to nodes.
internal sealed partial class PostgresJobSql
{
    private const string Plain = "state = 0 AND limit_key IS NULL AND queue = $4";
    private const string Keyed = "state = 0 AND limit_key IS NOT NULL AND queue = $4";

    // Without a live lease, under a number that is the newest, and of a queue that goes on: otherwise there is nothing to claim.
    private string MayClaim => field ??= $"""
        (SELECT claims FROM {_nodes} WHERE id = $2 AND expires > {Now}) = $3 AND NOT EXISTS (SELECT FROM {_queues} WHERE name = $4 AND paused)
        """;

    private string Start => field ??= $"""
        UPDATE {_jobs} AS j SET state = 2, attempt = attempt + 1, node = $2, claim = $3, started = {Now}
        FROM wanted WHERE j.id = wanted.id
        RETURNING {HotRecord("j")}
        """;

    /// <summary>Takes the number of a claim: one that comes after a later one, out of a connection given up long ago, finds its number gone and does nothing.</summary>
    public string BeginClaim => field ??= $"UPDATE {_nodes} SET claims = $2 WHERE id = $1 AND claims < $2";

    /// <summary>What a claim got whose answer never came.</summary>
    public string Claimed => field ??= $"SELECT {HotRecord("j")} FROM {_jobs} AS j WHERE state = 2 AND node = $1 AND claim = ANY($2)";

    /// <summary>Claims up to $5 jobs of a queue, by priority and age.</summary>
    public string Claim => field ??= $"""
        WITH {Clock},
        plain AS MATERIALIZED ({Oldest(Plain, "$5")}),
        keyed AS MATERIALIZED ({Oldest(Keyed, "$5")}),
        wanted AS MATERIALIZED (SELECT id FROM (SELECT * FROM plain UNION ALL SELECT * FROM keyed) AS found ORDER BY priority DESC, seq LIMIT $5)
        {Start}
        """;

    /// <summary>As <see cref="Claim"/>, but $6 of the jobs come from behind the highest priority: from the next one below $7, or from the highest of those.</summary>
    public string ClaimFairly => field ??= $"""
        WITH {Clock},
        top AS MATERIALIZED (SELECT max(priority) AS priority FROM ({Levels("true")}) AS level),
        level AS MATERIALIZED (
            SELECT coalesce(
                (SELECT max(priority) FROM ({Levels("priority < least($7, (SELECT priority FROM top))")}) AS level),
                (SELECT max(priority) FROM ({Levels("priority < (SELECT priority FROM top)")}) AS level)) AS priority
        ),
        behind AS MATERIALIZED (
            SELECT id, priority, seq FROM {_jobs} WHERE {Plain} AND {MayClaim} AND priority = (SELECT priority FROM level)
            ORDER BY priority DESC, seq LIMIT $6 FOR UPDATE SKIP LOCKED
        ),
        behind_keyed AS MATERIALIZED (
            SELECT id, priority, seq FROM {_jobs} WHERE {Keyed} AND {MayClaim} AND priority = (SELECT priority FROM level)
            ORDER BY priority DESC, seq LIMIT $6 FOR UPDATE SKIP LOCKED
        ),
        plain AS MATERIALIZED ({Oldest(Plain, "$5")}),
        keyed AS MATERIALIZED ({Oldest(Keyed, "$5")}),
        first AS MATERIALIZED (SELECT id FROM (SELECT * FROM behind UNION ALL SELECT * FROM behind_keyed) AS found ORDER BY seq LIMIT $6),
        rest AS MATERIALIZED (
            SELECT id FROM (SELECT * FROM plain UNION ALL SELECT * FROM keyed) AS found WHERE id NOT IN (SELECT id FROM first)
            ORDER BY priority DESC, seq LIMIT $5 - (SELECT count(*) FROM first)
        ),
        wanted AS MATERIALIZED (SELECT id FROM first UNION ALL SELECT id FROM rest)
        {Start}
        """;

    /// <summary>Claims the jobs $5, which nobody else can have taken meanwhile.</summary>
    public string ClaimThese => field ??= $"""
        WITH {Clock},
        wanted AS MATERIALIZED (SELECT id FROM {_jobs} WHERE id = ANY($5) AND state = 0 AND queue = $4 AND {MayClaim} ORDER BY id FOR UPDATE)
        {Start}
        """;

    public string CountRunning => field ??= $"SELECT limit_key, count(*) FROM {_jobs} WHERE state = 2 AND queue = $1 GROUP BY limit_key";

    /// <summary>How many jobs started within the span of a rate limit, when the oldest of them did, and what time it is.</summary>
    public string Starts => field ??= $"""
        WITH {Clock},
        old AS (DELETE FROM {_starts} WHERE queue = $2 AND at <= {Now} - $3)
        SELECT coalesce(sum(count), 0)::bigint, min(at), {Now} FROM {_starts} WHERE queue = $2 AND at > {Now} - $3
        """;

    public string AddStarts => field ??= $"""
        INSERT INTO {_starts} AS s (queue, at, count) VALUES ($1, $2, $3) ON CONFLICT (queue, at) DO UPDATE SET count = s.count + excluded.count
        """;

    /// <summary>How many jobs of each key started within the span of a rate limit per key, when the oldest of them did, and how long it counts yet.</summary>
    public string KeyStarts => field ??= $"""
        WITH {Clock},
        old AS (DELETE FROM {_keyStarts} WHERE queue = $2 AND at <= {Now} - $3)
        SELECT key, sum(count)::bigint, min(at) + $3 - {Now} FROM {_keyStarts} WHERE queue = $2 AND at > {Now} - $3 GROUP BY key
        """;

    /// <summary>Counts a start each of the keys $3, at $2.</summary>
    public string AddKeyStarts => field ??= $"""
        INSERT INTO {_keyStarts} AS s (queue, key, at, count) SELECT $1, key, $2, count(*) FROM unnest($3::text[]) AS key GROUP BY key
        ON CONFLICT (queue, key, at) DO UPDATE SET count = s.count + excluded.count
        """;

    public string HasAvailable => field ??= $"SELECT EXISTS (SELECT FROM {_jobs} WHERE {Plain.Replace("$4", "$1", StringComparison.Ordinal)}) OR EXISTS (SELECT FROM {_jobs} WHERE {Keyed.Replace("$4", "$1", StringComparison.Ordinal)})";

    /// <summary>The highest priority below $2 that a queue has jobs of.</summary>
    public string TopPriority => field ??= $"SELECT max(priority) FROM ({Levels("priority < $2").Replace("$4", "$1", StringComparison.Ordinal)}) AS level";

    /// <summary>The oldest jobs without a key of one priority.</summary>
    public string OldestPlain => field ??= $"SELECT id FROM {_jobs} WHERE state = 0 AND limit_key IS NULL AND queue = $1 AND priority = $2 ORDER BY seq LIMIT $3";

    /// <summary>
    /// The oldest $3 jobs of each of the next $4 keys behind $5 of one priority, key by key. Each key is one look down the index, however many
    /// jobs it has.
    /// </summary>
    public string OldestKeyed => field ??= $"""
        WITH RECURSIVE key (name, n) AS (
            (SELECT limit_key, 1 FROM {_jobs} WHERE state = 0 AND limit_key IS NOT NULL AND queue = $1 AND priority = $2 AND limit_key > $5 ORDER BY limit_key LIMIT 1)
            UNION ALL
            SELECT next.limit_key, key.n + 1 FROM key, LATERAL (
                SELECT limit_key FROM {_jobs} WHERE state = 0 AND limit_key IS NOT NULL AND queue = $1 AND priority = $2 AND limit_key > key.name ORDER BY limit_key LIMIT 1
            ) AS next WHERE key.n < $4
        )
        SELECT key.name, job.id FROM key, LATERAL (
            SELECT id, seq FROM {_jobs} WHERE state = 0 AND limit_key = key.name AND queue = $1 AND priority = $2 ORDER BY seq LIMIT $3
        ) AS job ORDER BY key.n, job.seq
        """;

    private string Oldest(string where, string limit) => $"""
        SELECT id, priority, seq FROM {_jobs} WHERE {where} AND {MayClaim} ORDER BY priority DESC, seq LIMIT {limit} FOR UPDATE SKIP LOCKED
        """;

    private string Levels(string range) => $"""
        (SELECT priority FROM {_jobs} WHERE {Plain} AND {range} ORDER BY priority DESC LIMIT 1) UNION ALL
        (SELECT priority FROM {_jobs} WHERE {Keyed} AND {range} ORDER BY priority DESC LIMIT 1)
        """;
}
