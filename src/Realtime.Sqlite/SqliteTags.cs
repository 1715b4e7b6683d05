using System.Text.Json;

namespace Realtime.Sqlite;

/// <summary>The tags of a job as they are in its row, a JSON array; jobs without tags have none.</summary>
internal static class SqliteTags
{
    public static string? Write(IReadOnlyList<string> tags) => tags.Count == 0 ? null : JsonSerializer.Serialize(tags);

    public static IReadOnlyList<string> Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<string[]>(json) ?? [];
}
