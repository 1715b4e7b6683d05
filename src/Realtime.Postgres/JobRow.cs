using Npgsql;
using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>Reads a job from a row.</summary>
internal static class JobRow
{
    public static JobRecord Read(NpgsqlDataReader row)
    {
        var due = TimeOrNull(row, 10);
        var maxAttempts = row.GetInt32(6);
        return new JobRecord
        {
            Spec = new JobSpec
            {
                Id = row.GetGuid(0),
                Name = row.GetString(1),
                Queue = row.GetString(2),
                Priority = row.GetInt32(3),
                MaxAttempts = maxAttempts,
                Args = row.GetFieldValue<byte[]>(8),
                EnqueuedAt = Time(row, 9),
                DueAt = due,
                Retention = row.GetTimeSpan(12),
                FailedRetention = row.IsDBNull(28) ? null : row.GetTimeSpan(28),
                CancelledRetention = row.IsDBNull(29) ? null : row.GetTimeSpan(29),
                UniqueKey = TextOrNull(row, 16),
                IdempotencyKey = TextOrNull(row, 17),
                LimitKey = TextOrNull(row, 18),
                Tags = row.IsDBNull(19) ? [] : row.GetFieldValue<string[]>(19),
                Headers = JobHeaders.Read(TextOrNull(row, 27)),
                Parent = row.IsDBNull(20) ? null : row.GetGuid(20),
                Flow = row.IsDBNull(21) ? null : Flow(row.GetInt16(21), row.GetTimeSpan(22)),
            },
            State = (JobState)row.GetInt16(4),
            Attempt = row.GetInt32(5),
            MaxAttempts = maxAttempts + row.GetInt32(7),
            Node = row.IsDBNull(30) ? null : row.GetInt64(30),
            DueAt = due,
            StartedAt = TimeOrNull(row, 11),
            FinishedAt = TimeOrNull(row, 31),
            CancelRequested = row.GetBoolean(13),
            Progress = row.IsDBNull(14) ? null : row.GetDouble(14),
            Message = TextOrNull(row, 15),
            Result = row.IsDBNull(32) ? null : row.GetFieldValue<byte[]>(32),
            Error = Error(row, 23) is { } error ? error with { Stack = TextOrNull(row, 25) } : null,
        };
    }

    /// <summary>What orders jobs of one priority: the order they came in.</summary>
    public static long Sequence(NpgsqlDataReader row) => row.GetInt64(26);

    public static short? Encode(JobFlow? flow) => flow is null ? null : (short)((int)flow.Input | (flow.EvenIfFailed ? 4 : 0));

    public static bool RunsEvenIfFailed(short flow) => (flow & 4) != 0;

    public static DateTimeOffset? TimeOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : Time(row, column);

    public static DateTimeOffset Time(NpgsqlDataReader row, int column) => new(row.GetDateTime(column));

    public static string? TextOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>The error of which a column is the type and the next the message.</summary>
    public static JobError? Error(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : new JobError(row.GetString(column), row.GetString(column + 1));

    private static JobFlow Flow(short flow, TimeSpan delay) => new() { Input = (FlowInput)(flow & 3), EvenIfFailed = RunsEvenIfFailed(flow), Delay = delay };
}
