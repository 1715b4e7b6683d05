using System.Globalization;

namespace Realtime.Jobs;

/// <summary>By when a job has to start: a note that travels with it, so that every store keeps it and no claim looks at it.</summary>
internal static class Expiry
{
    public const string Header = "realtime-expires";

    private const string Type = "Expired";

    /// <summary>Headers with the note.</summary>
    public static IReadOnlyDictionary<string, string> Add(IReadOnlyDictionary<string, string>? headers, DateTimeOffset due, TimeSpan expires) =>
        new Dictionary<string, string>(headers ?? JobHeaders.None)
        {
            [Header] = Failure.Later(due, expires).UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        };

    /// <summary>Why a job that was claimed is not run any more; null if it is.</summary>
    public static JobError? Of(JobRecord record, TimeProvider time) =>
        record.Attempt == 1
        && record.Spec.Headers?.GetValueOrDefault(Header) is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var by)
        && time.GetUtcNow() > by
            ? new JobError(Type, $"It was to start by {by.UtcDateTime:u}, and its turn came too late.")
            : null;
}
