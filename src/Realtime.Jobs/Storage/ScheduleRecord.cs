namespace Realtime.Jobs;

/// <summary>A schedule as its store knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Times">What its times are, in words that tell it from other times.</param>
/// <param name="LastOccurrence">The last occurrence that was enqueued, or when counting began: only later ones are enqueued.</param>
/// <param name="IsPaused">Whether it enqueues nothing.</param>
public sealed record ScheduleRecord(string Name, string Times, DateTimeOffset LastOccurrence, bool IsPaused);
