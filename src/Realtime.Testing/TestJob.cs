namespace Realtime.Testing;

/// <summary>A job that an app under test has enqueued.</summary>
/// <typeparam name="TArgs">Its arguments.</typeparam>
public sealed record TestJob<TArgs>
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its arguments, as they were before anything encrypted them.</summary>
    public required TArgs Args { get; init; }

    /// <summary>Its queue.</summary>
    public required string Queue { get; init; }

    /// <summary>Its priority.</summary>
    public required int Priority { get; init; }

    /// <summary>When it was enqueued, by the test's clock.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When it is to run at the earliest; null for at once.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>How long from its enqueue it is to run; null for at once.</summary>
    public TimeSpan? Delay => DueAt - EnqueuedAt;

    /// <summary>The headers it carries.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }
}
