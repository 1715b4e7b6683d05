namespace Realtime.Jobs;

/// <summary>What only some jobs have: see <see cref="JobSpec"/>. Never changed, so that copies of a job may share it.</summary>
internal sealed record JobDetails
{
    public static readonly JobDetails None = new();

    public DateTimeOffset? DueAt { get; init; }

    public string? UniqueKey { get; init; }

    public UniqueConflict OnConflict { get; init; }

    public string? IdempotencyKey { get; init; }

    public string? LimitKey { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public Guid? Parent { get; init; }

    public JobFlow? Flow { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}
