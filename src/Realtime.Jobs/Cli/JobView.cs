using System.Text.Json;
using System.Text.Json.Nodes;

namespace Realtime.Jobs;

/// <summary>A job as the command line shows it; its members are the JSON that scripts read.</summary>
internal sealed record JobView
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Queue { get; init; }

    public required JobState State { get; init; }

    public required int Attempt { get; init; }

    public required int MaxAttempts { get; init; }

    public required int Priority { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public double? Progress { get; init; }

    public string? Message { get; init; }

    public JsonNode? Args { get; init; }

    public JsonNode? Result { get; init; }

    public JobError? Error { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Lines of its log; null where they were not asked for.</summary>
    public IReadOnlyList<JobLogLine>? Log { get; init; }

    /// <summary>The jobs under it; null where they were not asked for.</summary>
    public IReadOnlyList<ChildView>? Children { get; init; }

    public static JobView From(JobRecord record) => new()
    {
        Id = record.Spec.Id,
        Name = record.Spec.Name,
        Queue = record.Spec.Queue,
        State = record.State,
        Attempt = record.Attempt,
        MaxAttempts = record.MaxAttempts,
        Priority = record.Spec.Priority,
        Tags = record.Spec.Tags,
        EnqueuedAt = record.Spec.EnqueuedAt,
        DueAt = record.DueAt,
        StartedAt = record.StartedAt,
        FinishedAt = record.FinishedAt,
        Progress = record.Progress,
        Message = record.Message,
        Args = Parse(record.Spec.Args),
        Result = record.Result is { Length: > 0 } result ? Parse(result) : null,
        Error = record.Error,
        Headers = record.Spec.Headers,
    };

    private static JsonNode? Parse(byte[] json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            // Another program's, or a broken one's: shown as it is.
            return JsonValue.Create(System.Text.Encoding.UTF8.GetString(json));
        }
    }
}
