namespace Realtime.LoadClient.Reporting;

/// <summary>One second of a run.</summary>
/// <param name="At">Its end, in seconds from the start.</param>
/// <param name="PerSecond">What was done a second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Max">Milliseconds.</param>
/// <param name="Open">Open connections at its end.</param>
internal readonly record struct Sample(double At, double PerSecond, double P50, double P99, double Max, int Open)
{
    /// <summary>Two neighbours as one; the percentiles of both are the worse ones.</summary>
    public static Sample Join(Sample one, Sample next) => new(
        next.At, (one.PerSecond + next.PerSecond) / 2, Math.Max(one.P50, next.P50), Math.Max(one.P99, next.P99), Math.Max(one.Max, next.Max), next.Open);
}
