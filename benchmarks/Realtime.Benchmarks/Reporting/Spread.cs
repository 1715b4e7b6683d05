using System.Globalization;

namespace Realtime.Benchmarks.Reporting;

/// <summary>A metric over all rounds.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary>The median and, where the rounds differ, the smallest and the largest value.</summary>
    public string Format(int digits)
    {
        if (double.IsNaN(Median))
        {
            return "";
        }
        var (median, min, max) = (Text(Median), Text(Min), Text(Max));
        return min == max ? median : $"**{median}** ({min} – {max})";

        string Text(double value) => value.ToString($"N{digits}", CultureInfo.InvariantCulture);
    }
}
