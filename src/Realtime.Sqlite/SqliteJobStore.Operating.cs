using Realtime.Jobs;

namespace Realtime.Sqlite;

public sealed partial class SqliteJobStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRecord>> ListAsync(JobFilter filter, int limit, Guid? before, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return Reader.RunAsync<IReadOnlyList<JobRecord>>(
            database =>
            {
                var where = Where(filter) + (before is null ? "" : " AND id < ?6");
                using var read = BindFilter(database.PrepareOnce($"SELECT {Columns} FROM realtime_jobs WHERE {where} ORDER BY id DESC LIMIT ?5"), filter).Bind(5, limit);
                if (before is { } id)
                {
                    read.Bind(6, id);
                }
                return read.ReadAll(ReadRecord);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<JobState?> RequeueAsync(Guid id, CancellationToken cancellationToken)
    {
        List<JobMove> moves = [];
        return Writer.RunAsync(
            database =>
            {
                moves.Clear();
                if (!Requeue(database, id, moves))
                {
                    database.Prepare("UPDATE realtime_jobs SET state = 0 WHERE id = ?1 AND state = 1").Bind(1, id).Run();
                }
                return StateOf(database, id);
            },
            cancellationToken,
            _ => TellMoved(moves));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Guid>> RequeueAsync(JobFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        List<JobMove> moves = [];
        return Writer.RunAsync<IReadOnlyList<Guid>>(
            database =>
            {
                moves.Clear();
                const string Free = "state > 3 AND (unique_key IS NULL OR NOT EXISTS (SELECT 1 FROM realtime_jobs AS other WHERE other.unique_key = realtime_jobs.unique_key AND other.state < 3))";
                using var read = BindFilter(database.PrepareOnce($"SELECT id FROM realtime_jobs WHERE {Where(filter)} AND {Free} ORDER BY id LIMIT ?5"), filter).Bind(5, limit);
                var found = read.ReadAll(static row => row.Guid(0));
                found.RemoveAll(id => !Requeue(database, id, moves));
                return found;
            },
            cancellationToken,
            _ => TellMoved(moves));
    }

    /// <inheritdoc/>
    public ValueTask<int> PurgeAsync(JobFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return Writer.RunAsync(
            database =>
            {
                using var finished = BindFilter(
                    database.PrepareOnce($"SELECT seq, id, tags IS NOT NULL, flow IS NOT NULL FROM realtime_jobs WHERE {Where(filter)} AND state >= 3 ORDER BY id LIMIT ?5"), filter);
                return Remove(database, finished.Bind(5, limit));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask PauseAsync(string queue, bool paused, CancellationToken cancellationToken) => await Writer.RunAsync(
        database => database.Prepare("INSERT INTO realtime_job_queues (name, paused) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET paused = excluded.paused")
            .Bind(1, queue).Bind(2, paused ? 1 : 0).Run(),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> PausedQueuesAsync(CancellationToken cancellationToken) => Reader.RunAsync<IReadOnlyList<string>>(
        static database =>
        {
            var read = database.Prepare("SELECT name FROM realtime_job_queues WHERE paused = 1 ORDER BY name");
            return read.ReadAll(static row => row.Text(0));
        },
        cancellationToken);

    // Only what is asked for is in the text, so that the right index is found. The state is written out, so that partial indexes fit.
    private static string Where(JobFilter filter) => string.Join(" AND ", Conditions(filter).DefaultIfEmpty("1"));

    private static IEnumerable<string> Conditions(JobFilter filter)
    {
        if (filter.State is { } state)
        {
            yield return $"state = {(int)state}";
        }
        if (filter.Queue is not null)
        {
            yield return "queue = ?2";
        }
        if (filter.Name is not null)
        {
            yield return "name = ?3";
        }
        if (filter.Tag is not null)
        {
            yield return "id IN (SELECT id FROM realtime_job_tags WHERE tag = ?4)";
        }
    }

    private static SqliteStatement BindFilter(SqliteStatement statement, JobFilter filter)
    {
        if (filter.Queue is not null)
        {
            statement.Bind(2, filter.Queue);
        }
        if (filter.Name is not null)
        {
            statement.Bind(3, filter.Name);
        }
        if (filter.Tag is not null)
        {
            statement.Bind(4, filter.Tag);
        }
        return statement;
    }

    private static bool Requeue(SqliteDatabase database, Guid id, List<JobMove> moves)
    {
        // One that comes after others waits for them again; but not if one of them cannot succeed any more unless it is requeued itself.
        var requeue = database.Prepare("""
            UPDATE realtime_jobs SET
                state = CASE WHEN pending > 0 THEN -1 ELSE 0 END, unsettled = CASE WHEN flow IS NOT NULL THEN 1 END,
                extra_attempts = attempt, cancel = 0, due = NULL, finished = NULL, expires = NULL
            WHERE id = ?1 AND state > 3
                AND (unique_key IS NULL OR NOT EXISTS (
                    SELECT 1 FROM realtime_jobs AS other WHERE other.unique_key = realtime_jobs.unique_key AND other.state < 3))
                AND (flow IS NULL OR flow & 4 OR NOT EXISTS (
                    SELECT 1 FROM realtime_job_links AS link WHERE link.after = realtime_jobs.id AND link.state > 3))
            RETURNING flow IS NOT NULL
            """).Bind(1, id);
        if (requeue.Scalar() is not { } isInFlow)
        {
            return false;
        }
        if (isInFlow != 0)
        {
            Revive(database, id, moves);
        }
        return true;
    }
}
