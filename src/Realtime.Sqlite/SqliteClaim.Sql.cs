namespace Realtime.Sqlite;

// What a claim reads and writes. Each look goes down an index once.
internal sealed partial class SqliteClaim
{
    private const string Plain = "FROM realtime_jobs WHERE state = 0 AND limit_key IS NULL AND queue = ?1";
    private const string Keyed = "FROM realtime_jobs WHERE state = 0 AND limit_key IS NOT NULL AND queue = ?1";
    private const string Start = "UPDATE realtime_jobs SET state = 2, attempt = attempt + 1, node = ?2, started = ?3 WHERE seq";

    private bool IsPaused() => Exists(database.Prepare("SELECT 1 FROM realtime_job_queues WHERE name = ?1 AND paused = 1").Bind(1, demand.Queue));

    private bool HasPlain() => Exists(database.Prepare($"SELECT 1 {Plain} LIMIT 1").Bind(1, demand.Queue));

    private bool HasKeyed() => Exists(database.Prepare($"SELECT 1 {Keyed} LIMIT 1").Bind(1, demand.Queue));

    private long CountRunning() => database.Prepare("SELECT count(*) FROM realtime_jobs WHERE state = 2 AND queue = ?1").Bind(1, demand.Queue).Scalar() ?? 0;

    private long? TopPriority(long below, bool keyed)
    {
        var plain = database.Prepare($"SELECT priority {Plain} AND priority < ?2 ORDER BY priority DESC LIMIT 1").Bind(1, demand.Queue).Bind(2, below).Scalar();
        var other = keyed
            ? database.Prepare($"SELECT priority {Keyed} AND priority < ?2 ORDER BY priority DESC LIMIT 1").Bind(1, demand.Queue).Bind(2, below).Scalar()
            : null;
        return plain is null || other > plain ? other : plain;
    }

    private (string Key, long Seq)? NextKey(long priority)
    {
        var read = database.Prepare($"SELECT limit_key, seq {Keyed} AND priority = ?2 AND limit_key > ?3 ORDER BY limit_key, seq LIMIT 1")
            .Bind(1, demand.Queue).Bind(2, priority).Bind(3, turn.Key);
        (string, long)? next = read.Step() ? (read.Text(0), read.Int64(1)) : null;
        read.Reset();
        return next;
    }

    private Dictionary<string, long> RunningByKey()
    {
        var running = new Dictionary<string, long>();
        var read = database.Prepare("SELECT limit_key, count(*) FROM realtime_jobs WHERE state = 2 AND queue = ?1 AND limit_key IS NOT NULL GROUP BY limit_key")
            .Bind(1, demand.Queue);
        while (read.Step())
        {
            running.Add(read.Text(0), read.Int64(1));
        }
        return running;
    }

    /// <summary>How many jobs started within the span of the rate limit, and when the oldest of them did.</summary>
    private (long Count, long? Oldest) Starts(RateLimit rate)
    {
        database.Prepare("DELETE FROM realtime_job_starts WHERE queue = ?1 AND at <= ?2").Bind(1, demand.Queue).Bind(2, now - rate.Per.Ticks).Run();
        var read = database.Prepare("SELECT sum(count), min(at) FROM realtime_job_starts WHERE queue = ?1").Bind(1, demand.Queue);
        read.Step();
        var starts = (read.Int64OrNull(0) ?? 0, read.Int64OrNull(1));
        read.Reset();
        return starts;
    }

    /// <summary>The same of one key.</summary>
    private (long Count, long? Oldest) Starts(RateLimit rate, string key)
    {
        if (_started!.Count == 0)
        {
            database.Prepare("DELETE FROM realtime_job_key_starts WHERE queue = ?1 AND at <= ?2").Bind(1, demand.Queue).Bind(2, now - rate.Per.Ticks).Run();
        }
        var read = database.Prepare("SELECT sum(count), min(at) FROM realtime_job_key_starts WHERE queue = ?1 AND key = ?2").Bind(1, demand.Queue).Bind(2, key);
        read.Step();
        var starts = (read.Int64OrNull(0) ?? 0, read.Int64OrNull(1));
        read.Reset();
        return starts;
    }

    private void AddStarts(string key, long at, int count) => database.Prepare("""
        INSERT INTO realtime_job_key_starts VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET count = count + excluded.count
        """).Bind(1, demand.Queue).Bind(2, key).Bind(3, at).Bind(4, count).Run();

    private void TakeOldest(int count) => Read(database.Prepare($"""
        {Start} IN (SELECT seq {Plain} ORDER BY priority DESC, seq LIMIT ?4) RETURNING {SqliteJobStore.Columns}
        """).Bind(4, count));

    private void TakePlain(long priority, int count) => Read(database.Prepare($"""
        {Start} IN (SELECT seq {Plain} AND priority = ?5 ORDER BY seq LIMIT ?4) RETURNING {SqliteJobStore.Columns}
        """).Bind(4, count).Bind(5, priority));

    private void TakeOne(long seq) => Read(database.Prepare($"{Start} = ?1 RETURNING {SqliteJobStore.Columns}"), seq);

    private void Read(SqliteStatement claim, long? seq = null)
    {
        _ = seq is { } one ? claim.Bind(1, one) : claim.Bind(1, demand.Queue);
        claim.Bind(2, node).Bind(3, now);
        while (claim.Step())
        {
            claimed.Add(SqliteJobStore.ReadRecord(claim));
            _order.Add(claim.Int64(22));
        }
    }

    private static bool Exists(SqliteStatement read)
    {
        var exists = read.Step();
        read.Reset();
        return exists;
    }
}
