namespace Realtime.LoadClient.Measuring;

/// <summary>
/// Counts durations in log-linear buckets: 128 to each power of two, so a percentile is off by less than 1 %, whether it is a microsecond or
/// an hour. Recording costs a few nanoseconds and allocates nothing.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Bits = 7;
    private readonly long[] _counts = new long[(64 - Bits) << Bits];
    private double _sum;

    public long Count { get; private set; }

    public long Max { get; private set; }

    public double Mean => Count == 0 ? 0 : _sum / Count;

    /// <summary>Counts a duration; a negative one is none.</summary>
    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Max(0, nanoseconds);
        _counts[IndexOf(nanoseconds)]++;
        _sum += nanoseconds;
        Count++;
        Max = Math.Max(Max, nanoseconds);
    }

    /// <summary>The duration in nanoseconds that a fraction of all did not exceed; 0 where there is none.</summary>
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

    /// <summary>How many durations lie in each of the spans between neighbouring bounds.</summary>
    /// <param name="bounds">Nanoseconds, ascending; one count more than bounds is returned.</param>
    public long[] Between(IReadOnlyList<long> bounds)
    {
        var counts = new long[bounds.Count + 1];
        var span = 0;
        for (var index = 0; index < _counts.Length; index++)
        {
            if (_counts[index] > 0)
            {
                while (span < bounds.Count && UpperBound(index) >= bounds[span])
                {
                    span++;
                }
                counts[span] += _counts[index];
            }
        }
        return counts;
    }

    public void Clear()
    {
        if (Count > 0)
        {
            Array.Clear(_counts);
            (Count, Max, _sum) = (0, 0, 0);
        }
    }

    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, 63 - (int)long.LeadingZeroCount(value | 1) - Bits);
        return (shift << Bits) + (int)(value >> shift);
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
