namespace Realtime.Jobs;

/// <summary>One moment at which a schedule was due.</summary>
/// <param name="Schedule">The schedule's name.</param>
/// <param name="At">The moment, in UTC.</param>
internal sealed record JobOccurrence(string Schedule, DateTimeOffset At)
{
    /// <summary>The idempotency key of the occurrence's job.</summary>
    public string Key => $"cron {Schedule} {At.UtcDateTime:O}";
}
