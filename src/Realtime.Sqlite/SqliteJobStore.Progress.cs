using Realtime.Jobs;

namespace Realtime.Sqlite;

public sealed partial class SqliteJobStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>> LogAsync(long node, IReadOnlyList<JobLogLines> lines, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return Writer.RunAsync<IReadOnlyList<bool>>(
            database => [.. lines.Select(some => AddLog(database, node, some.Id, some.Attempt, some.Lines))], cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobLogLine>> ReadLogAsync(Guid id, long after, int limit, CancellationToken cancellationToken) =>
        Reader.RunAsync<IReadOnlyList<JobLogLine>>(
            database =>
            {
                var read = database.Prepare("""
                    SELECT number, at, text FROM realtime_job_logs
                    WHERE job = (SELECT seq FROM realtime_jobs WHERE id = ?1) AND number > ?2 ORDER BY number LIMIT ?3
                    """).Bind(1, id).Bind(2, after).Bind(3, limit);
                return read.ReadAll(static row => new JobLogLine(row.Int64(0), new DateTimeOffset(row.Int64(1), TimeSpan.Zero), (int)(row.Int64(0) >> 32), row.Text(2)));
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> SaveCursorAsync(long node, Guid id, int attempt, string cursor, byte[] position, CancellationToken cancellationToken) =>
        Writer.RunAsync(
            database => database.Prepare($"""
                INSERT INTO realtime_job_steps (job, name, result) SELECT seq, ?4, ?5 FROM realtime_jobs {Fence}
                ON CONFLICT (job, name) DO UPDATE SET result = excluded.result
                """).Bind(1, id).Bind(2, attempt).Bind(3, node).Bind(4, cursor).Bind(5, position).Run() == 1,
            cancellationToken);

    private static bool AddLog(SqliteDatabase database, long node, Guid id, int attempt, IReadOnlyList<JobLogLine> lines)
    {
        var find = database.Prepare($"SELECT seq FROM realtime_jobs {Fence}").Bind(1, id).Bind(2, attempt).Bind(3, node);
        if (!find.Step())
        {
            return false;
        }
        var job = find.Int64(0);
        find.Reset();
        foreach (var line in lines)
        {
            database.Prepare("INSERT INTO realtime_job_logs (job, number, at, text) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
                .Bind(1, job).Bind(2, line.Number).Bind(3, line.At.UtcTicks).Bind(4, line.Text).Run();
        }
        database.Prepare("""
            DELETE FROM realtime_job_logs WHERE job = ?1 AND number <=
                (SELECT number FROM realtime_job_logs WHERE job = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)
            """).Bind(1, job).Bind(2, JobLogLine.MostKept).Run();
        return true;
    }
}
