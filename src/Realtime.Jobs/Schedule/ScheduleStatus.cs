namespace Realtime;

/// <summary>What is known about a schedule at one moment.</summary>
public sealed record ScheduleStatus
{
    /// <summary>The schedule's name.</summary>
    public required string Name { get; init; }

    /// <summary>When it fires: a cron expression with its time zone, or <c>every 00:15:00</c>.</summary>
    public required string Times { get; init; }

    /// <summary>The name of the job that it enqueues; null for a schedule that only the store knows, from another program or an earlier one.</summary>
    public string? Job { get; init; }

    /// <summary>Whether it is paused.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>The occurrence that was enqueued last, or when counting began (first start, a change of times, resumption) if that is later.</summary>
    public required DateTimeOffset LastOccurrence { get; init; }

    /// <summary>When it fires next; null if it is paused, never fires again, or is not known to this program.</summary>
    public DateTimeOffset? NextOccurrence { get; init; }
}
