namespace Realtime;

/// <summary>
/// How many jobs may start in any span of a given length: not only on average, and not only between full minutes, so that the
/// quota of a service is never exceeded. With a count above 100 the span is taken up to a hundredth longer.
/// </summary>
/// <param name="Count">The most jobs; at least 1.</param>
/// <param name="Per">The length of the span; positive.</param>
public sealed record RateLimit(int Count, TimeSpan Per)
{
    private const int MostMoments = 100;

    /// <summary>For stores: the moment to count a start at, rounded up so that a span has about a hundred of them at most.</summary>
    /// <param name="start">When the job starts.</param>
    public DateTimeOffset CountedAt(DateTimeOffset start)
    {
        var grain = Count <= MostMoments ? 1 : Math.Max(1, Per.Ticks / MostMoments);
        return new DateTimeOffset((start.UtcTicks + grain - 1) / grain * grain, TimeSpan.Zero);
    }
}
