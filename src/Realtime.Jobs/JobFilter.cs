namespace Realtime;

/// <summary>Which jobs are meant: those that fit everything that is set.</summary>
public sealed record JobFilter
{
    /// <summary>The state they are in; null for any.</summary>
    public JobState? State { get; init; }

    /// <summary>The queue they are in; null for any.</summary>
    public string? Queue { get; init; }

    /// <summary>The name they were enqueued under; null for any.</summary>
    public string? Name { get; init; }

    /// <summary>A tag they have; null for any.</summary>
    public string? Tag { get; init; }
}
