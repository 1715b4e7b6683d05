using System.Text.Json;
using System.Text.Json.Serialization;
using Realtime.Jobs;

namespace Realtime;

/// <summary>What is known about a job at one moment.</summary>
public sealed record JobStatus
{
    /// <summary>The job's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The job's name.</summary>
    public required string Name { get; init; }

    /// <summary>The queue it is in; not part of JSON for a browser.</summary>
    [JsonIgnore]
    public string Queue { get; init; } = "";

    /// <summary>The words given to it when it was enqueued; not part of JSON for a browser.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>How many attempts it has; not part of JSON for a browser.</summary>
    [JsonIgnore]
    public int MaxAttempts { get; init; }

    /// <summary>The job it belongs to, of a flow the last one; null for none.</summary>
    public Guid? Parent { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required JobState State { get; init; }

    /// <summary>How many times it was started; 0 before the first.</summary>
    public required int Attempt { get; init; }

    /// <summary>How far it says it is, from 0 to 1; null if it never said.</summary>
    public double? Progress { get; init; }

    /// <summary>What it says about its progress; null if nothing.</summary>
    public string? Message { get; init; }

    /// <summary>What it returned; null unless it succeeded with a result.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Why its last failed attempt failed; null if none did.</summary>
    public JobError? Error { get; init; }

    /// <summary>When it was enqueued.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When it is due; null when it is or was due at once.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When its newest attempt started; null before the first.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended for good; null before that.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What a store's record says.</summary>
    /// <param name="record">The record.</param>
    public static JobStatus From(JobRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return From(record, record.State, record.Result, record.Error, record.FinishedAt);
    }

    internal static JobStatus From(JobRecord record, JobState state, byte[]? result, JobError? error, DateTimeOffset? finishedAt) => new()
    {
        Id = record.Spec.Id,
        Name = record.Spec.Name,
        Queue = record.Spec.Queue,
        Tags = record.Spec.Tags,
        MaxAttempts = record.MaxAttempts,
        Parent = record.Spec.Parent,
        State = state,
        Attempt = record.Attempt,
        Progress = record.Progress,
        Message = record.Message,
        Result = result is { Length: > 0 } ? JsonElement.Parse(result) : null,
        Error = error,
        EnqueuedAt = record.Spec.EnqueuedAt,
        DueAt = record.DueAt,
        StartedAt = record.StartedAt,
        FinishedAt = finishedAt,
    };
}
