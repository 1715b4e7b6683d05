using System.Text.Json;

namespace Realtime.Jobs;

/// <summary>Writes a job's headers as text, for stores that keep text, and reads them back.</summary>
public static class JobHeaders
{
    internal static Dictionary<string, string> None { get; } = [];

    /// <summary>Headers as a JSON object; null for none.</summary>
    /// <param name="headers">The headers, or null.</param>
    public static string? Write(IReadOnlyDictionary<string, string>? headers) => headers is { Count: > 0 } ? JsonSerializer.Serialize(headers) : null;

    /// <summary>Headers that <see cref="Write"/> has written; null for none.</summary>
    /// <param name="text">The text, or null.</param>
    public static IReadOnlyDictionary<string, string>? Read(string? text) => text is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(text);
}
