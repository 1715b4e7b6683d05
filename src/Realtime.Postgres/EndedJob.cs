using Npgsql;
using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>A job that has just ended, or was taken back.</summary>
/// <param name="Job">How it ended. The result is there only for a job of a flow.</param>
/// <param name="InFlow">Whether others may wait for it.</param>
internal readonly record struct EndedJob(LinkedJob Job, bool InFlow)
{
    /// <summary>The column behind those of the job.</summary>
    public const int Next = 7;

    public Guid Id => Job.Id;

    public JobState State => Job.State!.Value;

    public static EndedJob Read(NpgsqlDataReader row) => new(
        new LinkedJob(
            row.GetGuid(0), JobRow.TextOrNull(row, 2) ?? "", (JobState)row.GetInt16(1), row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4), JobRow.Error(row, 5)),
        row.GetBoolean(3));
}
