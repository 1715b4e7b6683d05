namespace Realtime;

/// <summary>
/// What all processes of a store keep to together for a queue. Each process states the limits it knows, so they should be the same in
/// all. A queue without limits costs nothing; one with limits is claimed job by job, and nothing is claimed ahead.
/// </summary>
public sealed record QueueLimits
{
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(366);

    /// <summary>How many of its jobs run at once, everywhere; null for no limit.</summary>
    public int? Total { get; init; }

    /// <summary>How many of its jobs with the same <see cref="EnqueueOptions.LimitKey"/> run at once, everywhere; null for no limit.</summary>
    public int? PerKey { get; init; }

    /// <summary>How many of its jobs may start in a time, everywhere; null for no limit.</summary>
    public RateLimit? Rate { get; init; }

    /// <summary>
    /// How many of its jobs with the same <see cref="EnqueueOptions.LimitKey"/> may start in a time, everywhere: the quota of each customer, say.
    /// Null for no limit.
    /// </summary>
    public RateLimit? RatePerKey { get; init; }

    internal bool AreNone => this is { Total: null, PerKey: null, Rate: null, RatePerKey: null };

    internal void Validate(string queue)
    {
        Require(Total is null or >= 1, nameof(Total), "at least 1, or null for no limit");
        Require(PerKey is null or >= 1, nameof(PerKey), "at least 1, or null for no limit");
        Require(IsInRange(Rate), nameof(Rate), "a Count of at least 1 in a positive time of 366 days at most, or null for no limit");
        Require(IsInRange(RatePerKey), nameof(RatePerKey), "a Count of at least 1 in a positive time of 366 days at most, or null for no limit");

        static bool IsInRange(RateLimit? rate) => rate is null || (rate.Count >= 1 && rate.Per > TimeSpan.Zero && rate.Per <= LongestSpan);

        void Require(bool holds, string option, string needed)
        {
            if (!holds)
            {
                throw new InvalidOperationException($"The queue '{queue}': QueueLimits.{option} must be {needed}.");
            }
        }
    }
}
