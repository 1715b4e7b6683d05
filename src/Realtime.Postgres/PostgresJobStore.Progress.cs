using Npgsql;
using NpgsqlTypes;
using Realtime.Jobs;

namespace Realtime.Postgres;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>> ReportAsync(long node, IReadOnlyList<JobProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        return ReadHeldAsync(
            batch =>
            {
                batch.Add(_sql.Plan);
                batch.Add(_sql.Report).With(node)
                    .WithMany(NpgsqlDbType.Uuid, progress, static report => report.Id)
                    .WithMany(NpgsqlDbType.Integer, progress, static report => report.Attempt)
                    .WithMany(NpgsqlDbType.Double, progress, static report => report.Fraction)
                    .WithMany(NpgsqlDbType.Text, progress, static report => PostgresText.Clean(report.Message));
            },
            progress.Count,
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> SaveStepAsync(long node, Guid id, int attempt, string step, byte[] result, CancellationToken cancellationToken) => _database.RunAsync(
        batch => batch.Add(_sql.SaveStep).With(id).With(attempt).With(node).With(step).With(NpgsqlDbType.Bytea, result),
        static async reader => await reader.ReadAsync() && reader.GetInt64(0) == 1,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> SaveCursorAsync(long node, Guid id, int attempt, string cursor, byte[] position, CancellationToken cancellationToken) => _database.RunAsync(
        batch => batch.Add(_sql.SaveCursor).With(id).With(attempt).With(node).With(cursor).With(NpgsqlDbType.Bytea, position),
        static async reader => await reader.ReadAsync() && reader.GetInt64(0) == 1,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, byte[]>> StepsAsync(Guid id, CancellationToken cancellationToken) =>
        _database.RunAsync<IReadOnlyDictionary<string, byte[]>>(
            batch => batch.Add(_sql.Steps).With(id),
            static async reader =>
            {
                var steps = new Dictionary<string, byte[]>();
                while (await reader.ReadAsync())
                {
                    steps.Add(reader.GetString(0), reader.GetFieldValue<byte[]>(1));
                }
                return steps;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>> LogAsync(long node, IReadOnlyList<JobLogLines> lines, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return ReadHeldAsync(batch => FillLog(batch, node, lines), lines.Count, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobLogLine>> ReadLogAsync(Guid id, long after, int limit, CancellationToken cancellationToken) => ListAsync(
        batch => batch.Add(_sql.ReadLog).With(id).With(after).With(limit),
        static row => new JobLogLine(row.GetInt64(0), JobRow.Time(row, 1), (int)(row.GetInt64(0) >> 32), row.GetString(2)),
        cancellationToken);

    /// <summary>Runs statements of which the second returns the places, from 1, of those attempts that still held their jobs.</summary>
    private ValueTask<IReadOnlyList<bool>> ReadHeldAsync(Action<NpgsqlBatch> fill, int count, CancellationToken cancellationToken) => _database.RunAsync<IReadOnlyList<bool>>(
        fill,
        async reader =>
        {
            var held = new bool[count];
            await reader.NextResultAsync(CancellationToken.None);
            while (await reader.ReadAsync(CancellationToken.None))
            {
                held[(int)reader.GetInt64(0) - 1] = true;
            }
            return held;
        },
        cancellationToken);

    private void FillLog(NpgsqlBatch batch, long node, IReadOnlyList<JobLogLines> attempts)
    {
        (long Attempt, JobLogLine Line)[] lines = [.. attempts.SelectMany(static (attempt, index) => attempt.Lines.Select(line => (index + 1L, line)))];
        batch.Add(_sql.Plan);
        batch.Add(_sql.AddLog).With(node)
            .WithMany(NpgsqlDbType.Uuid, attempts, static attempt => attempt.Id)
            .WithMany(NpgsqlDbType.Integer, attempts, static attempt => attempt.Attempt)
            .WithMany(NpgsqlDbType.Bigint, lines, static line => line.Attempt)
            .WithMany(NpgsqlDbType.Bigint, lines, static line => line.Line.Number)
            .WithMany(NpgsqlDbType.TimestampTz, lines, static line => line.Line.At.UtcDateTime)
            .WithMany(NpgsqlDbType.Text, lines, static line => PostgresText.Clean(line.Line.Text)!);
        batch.Add(_sql.TrimLog).WithMany(NpgsqlDbType.Uuid, attempts, static attempt => attempt.Id).With(JobLogLine.MostKept);
    }
}
