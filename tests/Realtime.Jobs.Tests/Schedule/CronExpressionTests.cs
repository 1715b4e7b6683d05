using System.Globalization;

namespace Realtime.Jobs;

public sealed class CronExpressionTests
{
    [Theory]
    [InlineData("* * * * *", "2026-01-01 00:00:30", "2026-01-01 00:01")]
    [InlineData("0 3 * * *", "2026-01-01 03:00", "2026-01-02 03:00")]
    [InlineData("0 3 * * *", "2026-01-01 02:59:59", "2026-01-01 03:00")]
    [InlineData("*/15 * * * *", "2026-01-01 00:15", "2026-01-01 00:30")]
    [InlineData("5/20 * * * *", "2026-01-01 00:06", "2026-01-01 00:25")]
    [InlineData("10-14/2,50 9-17 * * *", "2026-01-01 09:14", "2026-01-01 09:50")]
    [InlineData("10-14/2,50 9-17 * * *", "2026-01-01 17:50", "2026-01-02 09:10")]
    [InlineData("0 0 31 * *", "2026-01-31 00:00", "2026-03-31 00:00")]
    [InlineData("0 0 29 feb *", "2026-01-01 00:00", "2028-02-29 00:00")]
    [InlineData("0 12 * * mon-fri", "2026-01-02 12:00", "2026-01-05 12:00")]
    [InlineData("0 12 * * 7", "2026-01-01 00:00", "2026-01-04 12:00")]
    [InlineData("0 12 * * Sun", "2026-01-01 00:00", "2026-01-04 12:00")]
    [InlineData("0 0 13 * fri", "2026-01-01 00:00", "2026-01-02 00:00")]
    [InlineData("0 0 */2 * mon", "2026-01-01 00:00", "2026-01-05 00:00")]
    [InlineData("0 0 1 jan,jul *", "2026-01-01 00:00", "2026-07-01 00:00")]
    [InlineData("59 23 31 12 *", "2026-12-31 23:59", "2027-12-31 23:59")]
    [InlineData("@daily", "2026-01-01 10:00", "2026-01-02 00:00")]
    [InlineData("@weekly", "2026-01-01 10:00", "2026-01-04 00:00")]
    public void The_next_time_is_the_first_behind_the_moment(string expression, string after, string next)
    {
        Assert.Equal(Utc(next), CronExpression.Parse(expression).Next(Utc(after), TimeZoneInfo.Utc));
    }

    [Theory]
    [InlineData("* * * *", "has 4 fields")]
    [InlineData("60 * * * *", "'60' is not a minute from 0 to 59")]
    [InlineData("* * 0 * *", "'0' is not a day of month from 1 to 31")]
    [InlineData("* 5-3 * * *", "'5-3' is not a hour")]
    [InlineData("*/0 * * * *", "'*/0' is not a minute")]
    [InlineData("* * * foo *", "'foo' is not a month")]
    [InlineData("1,,2 * * * *", "'' is not a minute")]
    [InlineData("-1 * * * *", "'' is not a minute")]
    [InlineData("0 0 30 2 *", "never fires")]
    public void A_mistake_is_named(string expression, string problem)
    {
        var error = Assert.Throws<FormatException>(() => CronExpression.Parse(expression));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{expression}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_are_those_of_the_zones_wall_clock()
    {
        var cron = CronExpression.Parse("30 9 * * *");

        Assert.Equal(Utc("2026-01-15 08:30"), cron.Next(Utc("2026-01-15 00:00"), Berlin));
        Assert.Equal(Utc("2026-07-15 07:30"), cron.Next(Utc("2026-07-15 00:00"), Berlin));
    }

    [Theory]
    [InlineData("30 2 * * *")]
    [InlineData("*/20 2 * * *")]
    public void A_skipped_hour_fires_once_at_its_end(string expression)
    {
        // On 2026-03-29 at 02:00 the clocks of Berlin go to 03:00, which is 01:00 UTC.
        var cron = CronExpression.Parse(expression);
        var first = cron.Next(Utc("2026-03-29 00:00"), Berlin);

        Assert.Equal(Utc("2026-03-29 01:00"), first);
        Assert.True(cron.Next(first!.Value, Berlin) >= Utc("2026-03-30 00:00"));
    }

    [Fact]
    public void A_repeated_hour_fires_once()
    {
        // On 2026-10-25 at 03:00 the clocks of Berlin go back to 02:00: 02:30 is 00:30 UTC and again 01:30 UTC.
        var cron = CronExpression.Parse("30 2 * * *");

        Assert.Equal(Utc("2026-10-25 00:30"), cron.Next(Utc("2026-10-24 12:00"), Berlin));
        Assert.Equal(Utc("2026-10-26 01:30"), cron.Next(Utc("2026-10-25 00:30"), Berlin));
        Assert.Equal(Utc("2026-10-26 01:30"), cron.Next(Utc("2026-10-25 01:10"), Berlin));
    }

    // Made here: a test machine need not have time zone data.
    private static TimeZoneInfo Berlin { get; } = TimeZoneInfo.CreateCustomTimeZone(
        "Berlin", TimeSpan.FromHours(1), "Berlin", "CET", "CEST",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
