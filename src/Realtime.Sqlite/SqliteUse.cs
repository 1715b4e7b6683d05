using Realtime.Jobs;
using Realtime.Sockets;

namespace Realtime.Sqlite;

/// <summary>What a file is used for: how errors call it, and where it notes the version of its tables.</summary>
/// <param name="Noun">What the file is, in errors.</param>
/// <param name="SchemaTable">The table that holds the version.</param>
/// <param name="Fault">Makes the exception that users of this seam know.</param>
internal sealed record SqliteUse(string Noun, string SchemaTable, Func<string, Exception?, Exception> Fault)
{
    public static readonly SqliteUse Jobs = new("job store", "realtime_jobs_schema", static (message, inner) => new JobStoreException(message, inner));

    public static readonly SqliteUse Topics = new("topic history", "realtime_topics_schema", static (message, inner) => new BackplaneException(message, inner));
}
