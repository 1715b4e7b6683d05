using System.Text.Json;

namespace Realtime;

/// <summary>A job that the running one came after, and how it ended.</summary>
public sealed record JobInput
{
    /// <summary>The job's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The job's name.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended.</summary>
    public required JobState State { get; init; }

    /// <summary>What it returned; null unless it succeeded with a result.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Why it ended without success; null if it did not, or nothing is known.</summary>
    public JobError? Error { get; init; }
}
