using Realtime.Jobs;

namespace Realtime.Sqlite;

public sealed partial class SqliteJobStore
{
    private const string CancelOne = """
        UPDATE realtime_jobs SET
            cancel = 1,
            state = CASE WHEN state = 2 THEN 2 ELSE 5 END,
            finished = CASE WHEN state = 2 THEN NULL ELSE ?2 END,
            expires = CASE WHEN state = 2 THEN NULL ELSE ?2 + coalesce(retention_cancelled, retention) END
        WHERE id = ?1 AND state < 3
        """;

    /// <inheritdoc/>
    public ValueTask<JobState?> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        List<JobMove>? moves = null;
        return Writer.RunAsync(
            database =>
            {
                var now = Now;
                moves = CancelTree(database, id, now);
                return StateOf(database, id);
            },
            cancellationToken,
            _ => TellMoved(moves));
    }

    /// <inheritdoc/>
    public ValueTask<StageResult> StageAsync(int limit, CancellationToken cancellationToken) => Writer.RunAsync(
        database =>
        {
            var staged = database.Prepare("""
                UPDATE realtime_jobs SET state = 0
                WHERE seq IN (SELECT seq FROM realtime_jobs WHERE state = 1 AND due <= ?1 ORDER BY due LIMIT ?2)
                """).Bind(1, Now).Bind(2, limit).Run();
            var read = database.Prepare("SELECT min(due) FROM realtime_jobs WHERE state = 1");
            read.Step();
            var next = read.Int64OrNull(0);
            read.Reset();
            return new StageResult(staged, next is { } due ? new DateTimeOffset(due, TimeSpan.Zero) : null);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<HeartbeatResult> HeartbeatAsync(JobNode node, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        return Writer.RunAsync(database => Beat(database, node, timeToLive, Now), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RescuedJob>> RescueAsync(IReadOnlyCollection<long> dead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dead);
        long[] known = [.. dead];
        List<JobMove>? moves = null;
        return Writer.RunAsync<IReadOnlyList<RescuedJob>>(
            database =>
            {
                var now = Now;
                database.Prepare("DELETE FROM realtime_job_nodes WHERE expires <= ?1").Bind(1, now).Run();
                foreach (var node in known)
                {
                    database.Prepare("DELETE FROM realtime_job_nodes WHERE id = ?1").Bind(1, node).Run();
                }
                var rescued = TakeBack(database, now);
                moves = Settle(database, now);
                return rescued;
            },
            cancellationToken,
            _ => TellMoved(moves));
    }

    /// <inheritdoc/>
    public async ValueTask RetireAsync(long node, CancellationToken cancellationToken)
    {
        List<JobMove>? moves = null;
        await Writer.RunAsync(
            database =>
            {
                var now = Now;
                database.Prepare("""
                    UPDATE realtime_jobs SET
                        state = CASE WHEN cancel = 1 THEN 5 ELSE 0 END,
                        finished = CASE WHEN cancel = 1 THEN ?2 END,
                        expires = CASE WHEN cancel = 1 THEN ?2 + coalesce(retention_cancelled, retention) END,
                        extra_attempts = extra_attempts + 1,
                        node = NULL
                    WHERE state = 2 AND node = ?1
                    """).Bind(1, node).Bind(2, now).Run();
                moves = Settle(database, now);
                return database.Prepare("DELETE FROM realtime_job_nodes WHERE id = ?1").Bind(1, node).Run();
            },
            cancellationToken,
            _ => TellMoved(moves));
    }

    /// <inheritdoc/>
    public ValueTask<int> PruneAsync(int limit, CancellationToken cancellationToken) => Writer.RunAsync(
        database =>
        {
            var expired = database.Prepare("SELECT seq, id, tags IS NOT NULL, flow IS NOT NULL FROM realtime_jobs WHERE state >= 3 AND expires <= ?1 ORDER BY expires LIMIT ?2");
            return Remove(database, expired.Bind(1, Now).Bind(2, limit));
        },
        cancellationToken);

    /// <summary>Removes the jobs that a query names, with all that belongs to them.</summary>
    private static int Remove(SqliteDatabase database, SqliteStatement query)
    {
        var jobs = query.ReadAll(static row => (row.Int64(0), row.Guid(1), row.Int64(2) != 0, row.Int64(3) != 0));
        foreach (var (seq, id, hasTags, hasLinks) in jobs)
        {
            database.Prepare("DELETE FROM realtime_job_steps WHERE job = ?1").Bind(1, seq).Run();
            database.Prepare("DELETE FROM realtime_job_logs WHERE job = ?1").Bind(1, seq).Run();
            if (hasTags)
            {
                database.Prepare("DELETE FROM realtime_job_tags WHERE id = ?1").Bind(1, id).Run();
            }
            if (hasLinks)
            {
                database.Prepare("DELETE FROM realtime_job_links WHERE after = ?1").Bind(1, id).Run();
            }
            database.Prepare("DELETE FROM realtime_jobs WHERE seq = ?1").Bind(1, seq).Run();
        }
        return jobs.Count;
    }

    /// <summary>Cancels a job and those under it. Returns what that did to others; null for nothing.</summary>
    private static List<JobMove>? CancelTree(SqliteDatabase database, Guid id, long now)
    {
        database.Prepare(CancelOne).Bind(1, id).Bind(2, now).Run();
        // All are cancelled before their ends are handed on, so that none of them starts another.
        return Settle(database, now, CancelUnder(database, id, now));
    }

    private static JobState? StateOf(SqliteDatabase database, Guid id) =>
        (JobState?)database.Prepare("SELECT state FROM realtime_jobs WHERE id = ?1").Bind(1, id).Scalar();

    private static HeartbeatResult Beat(SqliteDatabase database, JobNode node, TimeSpan timeToLive, long now)
    {
        var alive = database.Prepare("SELECT 1 FROM realtime_job_nodes WHERE id = ?1 AND expires > ?2").Bind(1, node.Id).Bind(2, now);
        var renewed = alive.Step();
        alive.Reset();
        database.Prepare("""
            INSERT INTO realtime_job_nodes (id, host, process, process_start, expires) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (id) DO UPDATE SET expires = excluded.expires
            """).Bind(1, node.Id).Bind(2, node.Host).Bind(3, node.ProcessId).Bind(4, node.ProcessStart).Bind(5, now + timeToLive.Ticks).Run();
        var read = database.Prepare("SELECT id FROM realtime_jobs WHERE state = 2 AND node = ?1 AND cancel = 1").Bind(1, node.Id);
        var marked = read.ReadAll(static row => row.Guid(0));
        return new HeartbeatResult(renewed, marked);
    }

    // By node, not by job: what runs for a node that has no lease row any more runs for nobody.
    private static List<RescuedJob> TakeBack(SqliteDatabase database, long now)
    {
        var take = database.Prepare("""
            UPDATE realtime_jobs SET
                state = CASE WHEN cancel = 1 THEN 5 WHEN attempt >= max_attempts + extra_attempts THEN 4 ELSE 0 END,
                finished = CASE WHEN cancel = 1 OR attempt >= max_attempts + extra_attempts THEN ?1 END,
                expires = CASE WHEN cancel = 1 THEN ?1 + coalesce(retention_cancelled, retention) WHEN attempt >= max_attempts + extra_attempts THEN ?1 + coalesce(retention_failed, retention) END,
                error_type = CASE WHEN cancel = 0 AND attempt >= max_attempts + extra_attempts THEN ?2 ELSE error_type END,
                error_message = CASE WHEN cancel = 0 AND attempt >= max_attempts + extra_attempts THEN ?3 ELSE error_message END,
                error_stack = CASE WHEN cancel = 0 AND attempt >= max_attempts + extra_attempts THEN NULL ELSE error_stack END,
                node = NULL
            WHERE state = 2 AND node NOT IN (SELECT id FROM realtime_job_nodes)
            RETURNING id, state
            """).Bind(1, now).Bind(2, LostWorker.Error.Type).Bind(3, LostWorker.Error.Message);
        return take.ReadAll(static row => new RescuedJob(row.Guid(0), (JobState)row.Int64(1)));
    }
}
