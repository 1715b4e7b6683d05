namespace Realtime;

/// <summary>How long to wait before a failed job's next attempt: longer each time, and never quite the same for two jobs.</summary>
public sealed record Backoff
{
    /// <summary>The wait behind the first failed attempt. 10 seconds unless set.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many times longer each wait is than the one before. 4 unless set, which spreads five attempts over a quarter of an hour.</summary>
    public double Factor { get; init; } = 4;

    /// <summary>The longest wait. One hour unless set.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The part of a wait that is left to chance, from 0 to 1: with 0.5, the default, a wait is between half and all of its length,
    /// so that jobs which failed together do not come back together.
    /// </summary>
    public double Jitter { get; init; } = 0.5;

    /// <summary>The wait behind a failed attempt.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    public TimeSpan After(int attempt)
    {
        var full = Math.Min(First.TotalMilliseconds * Math.Pow(Factor, attempt - 1), Max.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(full * (1 - (Jitter * Random.Shared.NextDouble())));
    }
}
