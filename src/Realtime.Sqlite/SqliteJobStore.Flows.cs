using Realtime.Jobs;

namespace Realtime.Sqlite;

public sealed partial class SqliteJobStore
{
    // A job of a flow is unsettled until its end was handed on. The index holds only those that ended and are, so that looking for
    // them costs the ends of plain jobs nothing.
    private const string Unsettled = """
        SELECT id, name, state, result, error_type, error_message FROM realtime_jobs INDEXED BY realtime_jobs_unsettled
        WHERE unsettled = 1 AND state >= 3
        """;

    private const string Tree = """
        WITH RECURSIVE tree (id) AS (
            SELECT id FROM realtime_jobs WHERE parent = ?1
            UNION SELECT job.id FROM realtime_jobs AS job JOIN tree ON job.parent = tree.id)
        SELECT id, name FROM realtime_jobs WHERE id IN tree AND state < 3
        """;

    /// <inheritdoc/>
    public Action<IReadOnlyList<JobMove>>? Moved { get; set; }

    /// <inheritdoc/>
    public async ValueTask EnqueueFlowAsync(IReadOnlyList<JobSpec> jobs, IReadOnlyList<JobLink> links, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(links);
        await Writer.RunAsync(
            database =>
            {
                var pending = links.CountBy(static link => link.After).ToDictionary();
                var now = Now;
                foreach (var job in jobs)
                {
                    InsertIntoFlow(database, job, pending.GetValueOrDefault(job.Id), now);
                }
                for (var place = 0; place < links.Count; place++)
                {
                    database.Prepare("INSERT INTO realtime_job_links (after, place, before) VALUES (?1, ?2, ?3)")
                        .Bind(1, links[place].After).Bind(2, place).Bind(3, links[place].Before).Run();
                }
                return jobs.Count;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LinkedJob>> InputsAsync(Guid id, CancellationToken cancellationToken) => Reader.RunAsync<IReadOnlyList<LinkedJob>>(
        database =>
        {
            var read = database.Prepare("""
                SELECT before, coalesce(name, ''), state, result, error_type, error_message FROM realtime_job_links WHERE after = ?1 ORDER BY place
                """).Bind(1, id);
            return read.ReadAll(static row => new LinkedJob(
                row.Guid(0), row.Text(1), (JobState?)row.Int64OrNull(2), row.BlobOrNull(3), row.TextOrNull(4) is { } type ? new JobError(type, row.Text(5)) : null));
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRecord>> ChildrenAsync(Guid parent, int limit, CancellationToken cancellationToken) =>
        Reader.RunAsync<IReadOnlyList<JobRecord>>(
            database =>
            {
                var read = database.Prepare($"SELECT {Columns} FROM realtime_jobs WHERE parent = ?1 ORDER BY seq LIMIT ?2").Bind(1, parent).Bind(2, limit);
                return read.ReadAll(ReadRecord);
            },
            cancellationToken);

    private static void InsertIntoFlow(SqliteDatabase database, JobSpec job, int pending, long now)
    {
        Insert(database, job, now);
        var place = database.Prepare("""
            UPDATE realtime_jobs SET
                parent = ?2, flow = ?3, flow_delay = ?4, pending = ?5, unsettled = CASE WHEN ?3 IS NULL THEN NULL ELSE 1 END,
                state = CASE WHEN ?5 > 0 THEN -1 ELSE state END
            WHERE id = ?1
            """).Bind(1, job.Id);
        _ = job.Parent is { } above ? place.Bind(2, above) : place.Bind(2, (string?)null);
        place.Bind(3, Encode(job.Flow)).Bind(4, job.Flow?.Delay.Ticks).Bind(5, pending).Run();
        if (job.Parent is { } parent)
        {
            // It is born under a job that is being cancelled.
            database.Prepare($"{CancelOne} AND EXISTS (SELECT 1 FROM realtime_jobs WHERE id = ?3 AND cancel = 1)").Bind(1, job.Id).Bind(2, now).Bind(3, parent).Run();
        }
    }

    /// <summary>Cancels what is under a job. Their ends are still to be settled.</summary>
    private static List<JobMove>? CancelUnder(SqliteDatabase database, Guid id, long now)
    {
        List<JobMove>? moves = null;
        var read = database.Prepare(Tree).Bind(1, id);
        var under = read.ReadAll(static row => (row.Guid(0), row.Text(1)));
        foreach (var (child, name) in under)
        {
            var cancel = database.Prepare($"{CancelOne} RETURNING state").Bind(1, child).Bind(2, now);
            if (cancel.Step())
            {
                (moves ??= []).Add(new JobMove(child, name, (JobState)cancel.Int64(0), null, null));
                cancel.Reset();
            }
        }
        return moves;
    }

    /// <summary>Hands the ends of jobs of flows on to those that wait for them, in the transaction that records these ends.</summary>
    /// <returns>What came of it, behind what was there; null if nothing ever did.</returns>
    private static List<JobMove>? Settle(SqliteDatabase database, long now, List<JobMove>? moves = null)
    {
        while (ReadUnsettled(database) is { } ended)
        {
            foreach (var job in ended)
            {
                database.Prepare("UPDATE realtime_jobs SET unsettled = 0 WHERE id = ?1").Bind(1, job.Id).Run();
                HandOn(database, job, now, moves ??= []);
            }
        }
        return moves;
    }

    private static List<LinkedJob>? ReadUnsettled(SqliteDatabase database)
    {
        List<LinkedJob>? ended = null;
        var read = database.Prepare(Unsettled);
        while (read.Step())
        {
            var error = read.TextOrNull(4) is { } type ? new JobError(type, read.Text(5)) : null;
            (ended ??= []).Add(new LinkedJob(read.Guid(0), read.Text(1), (JobState)read.Int64(2), read.BlobOrNull(3), error));
        }
        return ended;
    }

    private static void HandOn(SqliteDatabase database, LinkedJob ended, long now, List<JobMove> moves)
    {
        var good = ended.State == JobState.Succeeded;
        // An end that was handed on already is not handed on twice.
        var links = database.Prepare("""
            UPDATE realtime_job_links SET state = ?2, name = ?3, result = ?4, error_type = ?5, error_message = ?6
            WHERE before = ?1 AND state IS NULL RETURNING after
            """).Bind(1, ended.Id).Bind(2, (long)ended.State!).Bind(3, ended.Name).Bind(4, ended.Result)
            .Bind(5, good ? null : ended.Error?.Type).Bind(6, good ? null : ended.Error?.Message);
        var next = links.ReadAll(static row => row.Guid(0));
        foreach (var id in next)
        {
            if (!Release(database, id, good, now, moves))
            {
                Break(database, id, ended, now, moves);
            }
        }
    }

    /// <summary>Counts a job's end for one that waits for it. False if that one needs it to have succeeded, and it has not.</summary>
    private static bool Release(SqliteDatabase database, Guid id, bool good, long now, List<JobMove> moves)
    {
        var count = database.Prepare("""
            UPDATE realtime_jobs SET
                pending = pending - 1,
                due = CASE WHEN state = -1 AND pending = 1 AND flow_delay > 0 THEN ?3 + flow_delay ELSE due END,
                state = CASE WHEN state = -1 AND pending = 1 THEN flow_delay > 0 ELSE state END
            WHERE id = ?1 AND (?2 OR flow & 4) RETURNING pending, state, name, due
            """).Bind(1, id).Bind(2, good ? 1 : 0).Bind(3, now);
        if (!count.Step())
        {
            return false;
        }
        var state = (JobState)count.Int64(1);
        if (count.Int64(0) == 0 && state is (JobState.Available or JobState.Scheduled))
        {
            moves.Add(new JobMove(id, count.Text(2), state, state == JobState.Scheduled ? new DateTimeOffset(count.Int64(3), TimeSpan.Zero) : null, null));
        }
        count.Reset();
        return true;
    }

    private static void Break(SqliteDatabase database, Guid id, LinkedJob ended, long now, List<JobMove> moves)
    {
        var error = BrokenFlow.Error(ended.Id, ended.Name, ended.State!.Value, ended.Error);
        var cancel = database.Prepare("""
            UPDATE realtime_jobs SET state = 5, finished = ?2, expires = ?2 + coalesce(retention_cancelled, retention), error_type = ?3, error_message = ?4, error_stack = NULL
            WHERE id = ?1 AND state = -1 RETURNING name
            """).Bind(1, id).Bind(2, now).Bind(3, error.Type).Bind(4, error.Message);
        if (cancel.Step())
        {
            moves.Add(new JobMove(id, cancel.Text(0), JobState.Cancelled, null, error));
            cancel.Reset();
        }
    }

    /// <summary>Those that were cancelled because of a job wait for it once more.</summary>
    private static void Revive(SqliteDatabase database, Guid requeued, List<JobMove> moves)
    {
        var revived = new Stack<Guid>([requeued]);
        while (revived.TryPop(out var before))
        {
            // Those that were counted and have run stay as they are.
            var links = database.Prepare("""
                UPDATE realtime_job_links SET state = NULL, name = NULL, result = NULL, error_type = NULL, error_message = NULL
                WHERE before = ?1 AND state IS NOT NULL AND after IN (SELECT id FROM realtime_jobs WHERE pending > 0) RETURNING after
                """).Bind(1, before);
            var next = links.ReadAll(static row => row.Guid(0));
            foreach (var id in next)
            {
                database.Prepare("UPDATE realtime_jobs SET pending = pending + 1 WHERE id = ?1 AND flow & 4").Bind(1, id).Run();
                var revive = database.Prepare("""
                    UPDATE realtime_jobs SET
                        state = -1, unsettled = 1, error_type = NULL, error_message = NULL, error_stack = NULL, finished = NULL, expires = NULL
                    WHERE id = ?1 AND state = 5 AND error_type = ?2
                        AND NOT EXISTS (SELECT 1 FROM realtime_job_links AS link WHERE link.after = ?1 AND link.state > 3)
                    RETURNING name
                    """).Bind(1, id).Bind(2, BrokenFlow.Type);
                if (revive.Step())
                {
                    moves.Add(new JobMove(id, revive.Text(0), JobState.Waiting, null, null));
                    revive.Reset();
                    revived.Push(id);
                }
            }
        }
    }

    private void TellMoved(List<JobMove>? moves)
    {
        if (moves is { Count: > 0 })
        {
            Moved?.Invoke(moves);
        }
    }

    private static long? Encode(JobFlow? flow) => flow is null ? null : (long)flow.Input | (flow.EvenIfFailed ? 4L : 0);

    private static JobFlow? ReadFlow(SqliteStatement row, int column) => row.Int64OrNull(column) is { } flow
        ? new JobFlow { Input = (FlowInput)(flow & 3), EvenIfFailed = (flow & 4) != 0, Delay = new TimeSpan(row.Int64(column + 1)) }
        : null;
}
