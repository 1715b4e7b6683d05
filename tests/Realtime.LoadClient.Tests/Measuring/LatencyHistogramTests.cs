using Realtime.LoadClient.Measuring;

namespace Realtime.LoadClient.Tests.Measuring;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    [InlineData(0.999)]
    [InlineData(1)]
    public void A_percentile_is_off_by_less_than_one_percent_from_nanoseconds_to_hours(double fraction)
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 50_000).Select(_ => (long)Math.Exp(random.NextDouble() * Math.Log(4e12))).Order().ToArray();
        var histogram = new LatencyHistogram();
        Array.ForEach(values, histogram.Record);
        var exact = values[(int)Math.Ceiling(fraction * values.Length) - 1];
        Assert.InRange(histogram.At(fraction), exact * 0.99, (exact * 1.01) + 1);
    }

    [Fact]
    public void Counts_between_bounds_add_up()
    {
        var histogram = new LatencyHistogram();
        for (var value = 0; value < 1_000; value++)
        {
            histogram.Record(value * 1_000);
        }
        var counts = histogram.Between([100_000, 500_000]);
        Assert.Equal(1_000, counts.Sum());
        Assert.InRange(counts[0], 99, 101);
        Assert.InRange(counts[1], 396, 404);
    }

    [Fact]
    public void An_empty_one_has_no_latency()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(5);
        histogram.Clear();
        Assert.Equal((0, 0, 0), (histogram.Count, histogram.At(0.99), histogram.Max));
    }
}
