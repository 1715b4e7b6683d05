namespace Realtime.Benchmarks.Load;

/// <summary>Counts durations in log-linear buckets: 128 to each power of two, so a percentile is off by less than 1 %.</summary>
internal sealed class LatencyHistogram
{
    private const int Bits = 7;
    private readonly long[] _counts = new long[(64 - Bits) << Bits];

    public long Count { get; private set; }

    public long Max { get; private set; }

    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Max(0, nanoseconds);
        _counts[IndexOf(nanoseconds)]++;
        Count++;
        Max = Math.Max(Max, nanoseconds);
    }

    /// <summary>The duration in nanoseconds that a fraction of all did not exceed.</summary>
    public long At(double fraction)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(fraction * Count));
        var seen = 0L;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen >= rank)
            {
                return Math.Min(Max, UpperBound(index));
            }
        }
        return Max;
    }

    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, 63 - long.LeadingZeroCount(value | 1) - Bits);
        return (int)((shift << Bits) + (value >> (int)shift));
    }

    private static long UpperBound(int index)
    {
        if (index < 2 << Bits)
        {
            return index;
        }
        var shift = (index >> Bits) - 1;
        return ((index - ((long)shift << Bits) + 1) << shift) - 1;
    }
}
