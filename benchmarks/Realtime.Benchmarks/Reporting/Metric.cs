namespace Realtime.Benchmarks.Reporting;

/// <summary>A column of a report.</summary>
/// <param name="Key">Its key in a measurement.</param>
/// <param name="Title">Its heading, with the unit.</param>
/// <param name="Digits">Digits behind the point.</param>
internal sealed record Metric(string Key, string Title, int Digits = 0)
{
    /// <summary>Whether the report also says how our number relates to each peer's.</summary>
    public bool Compared { get; init; }
}
