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
    [InlineData("0 12 * * sat-sun", "2026-01-03 12:00", "2026-01-04 12:00")]
    [InlineData("0 12 * * sat,sun", "2026-01-04 12:00", "2026-01-10 12:00")]
    [InlineData("0 0 ? * mon", "2026-01-01 00:00", "2026-01-05 00:00")]
    [InlineData("0 0 15 * ?", "2026-01-01 00:00", "2026-01-15 00:00")]
    [InlineData("*/10 * * * * *", "2026-01-01 00:00:50", "2026-01-01 00:01:00")]
    [InlineData("30 0 3 * * *", "2026-01-01 03:00:30", "2026-01-02 03:00:30")]
    [InlineData("30 0 3 * * *", "2026-01-01 03:00:29.5", "2026-01-01 03:00:30")]
    [InlineData("0 0 L * *", "2026-02-01 00:00", "2026-02-28 00:00")]
    [InlineData("0 0 L * *", "2028-02-28 00:00", "2028-02-29 00:00")]
    [InlineData("0 0 L-2 * *", "2026-01-29 00:00", "2026-02-26 00:00")]
    [InlineData("0 0 LW * *", "2026-01-01 00:00", "2026-01-30 00:00")]
    [InlineData("0 0 LW * *", "2026-05-01 00:00", "2026-05-29 00:00")]
    [InlineData("0 0 15W * *", "2026-01-01 00:00", "2026-01-15 00:00")]
    [InlineData("0 0 15W * *", "2026-03-01 00:00", "2026-03-16 00:00")]
    [InlineData("0 0 14w * *", "2026-02-01 00:00", "2026-02-13 00:00")]
    [InlineData("0 0 1W * *", "2026-07-31 00:00", "2026-08-03 00:00")]
    [InlineData("0 0 31W * *", "2026-04-01 00:00", "2026-05-29 00:00")]
    [InlineData("0 0 L-30 * *", "2026-01-01 00:00", "2026-03-01 00:00")]
    [InlineData("0 0 1,L * *", "2026-01-01 00:00", "2026-01-31 00:00")]
    [InlineData("0 0 * * friL", "2026-01-01 00:00", "2026-01-30 00:00")]
    [InlineData("0 0 * * 5L", "2026-01-30 00:00", "2026-02-27 00:00")]
    [InlineData("0 0 * * 0L", "2026-05-01 00:00", "2026-05-31 00:00")]
    [InlineData("0 0 * * 7l", "2026-05-01 00:00", "2026-05-31 00:00")]
    [InlineData("0 0 * * mon#1", "2026-01-01 00:00", "2026-01-05 00:00")]
    [InlineData("0 0 * * mon#1", "2026-01-05 00:00", "2026-02-02 00:00")]
    [InlineData("0 0 * * 4#5", "2026-02-01 00:00", "2026-04-30 00:00")]
    [InlineData("0 0 * * tue#2,fri#4", "2026-01-14 00:00", "2026-01-23 00:00")]
    [InlineData("0 0 29 2 */7", "2026-01-01 00:00", "2032-02-29 00:00")]
    [InlineData("0 0 29 2 */7", "2088-03-01 00:00", "2128-02-29 00:00")]
    [InlineData("@daily", "2026-01-01 10:00", "2026-01-02 00:00")]
    [InlineData("@Hourly", "2026-01-01 10:00", "2026-01-01 11:00")]
    [InlineData("@monthly", "2026-01-01 10:00", "2026-02-01 00:00")]
    [InlineData("@annually", "2026-01-01 10:00", "2027-01-01 00:00")]
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
    [InlineData("60 * * * * *", "'60' is not a second from 0 to 59")]
    [InlineData("* * * * * * *", "has 7 fields")]
    [InlineData("@often", "is not one of @hourly")]
    [InlineData("0 0 L-31 * *", "further than a month is long")]
    [InlineData("0 0 32W * *", "'32W' is not a day of month from 1 to 31")]
    [InlineData("0 0 W * *", "'' is not a day of month")]
    [InlineData("0 0 * * L", "'L' needs a day of week")]
    [InlineData("0 0 * * mon#6", "a first to a fifth")]
    [InlineData("0 0 * * 8#1", "'8#1' is not a day of week from 0 to 7")]
    [InlineData("? * * * *", "'?' is not a minute")]
    [InlineData("0 0 L2 * *", "'L2' is not a day of month")]
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

    [Fact]
    public void What_fires_all_day_fires_each_time_of_the_wall_once_over_both_clock_changes()
    {
        var cron = CronExpression.Parse("*/30 * * * *");

        // 02:00 and 02:30 are skipped: they fall together with 03:00.
        Assert.Equal(
            [Utc("2026-03-29 00:30"), Utc("2026-03-29 01:00"), Utc("2026-03-29 01:30")],
            Next(cron, Utc("2026-03-29 00:00"), Berlin, 3));
        // 02:00 and 02:30 are repeated an hour later, and then do not count.
        Assert.Equal(
            [Utc("2026-10-25 00:00"), Utc("2026-10-25 00:30"), Utc("2026-10-25 02:00")],
            Next(cron, Utc("2026-10-24 23:30"), Berlin, 3));
    }

    [Fact]
    public void Seconds_that_are_skipped_fire_once_at_the_end_too()
    {
        var cron = CronExpression.Parse("15,45 30 2 * * *");

        Assert.Equal([Utc("2026-03-29 01:00"), Utc("2026-03-30 00:30:15")], Next(cron, Utc("2026-03-28 12:00"), Berlin, 2));
    }

    [Fact]
    public void A_clock_change_of_half_an_hour_is_one_too()
    {
        // Lord Howe Island, 2026-10-04 at 02:00: to 02:30, which is 15:30 UTC the day before; 2026-04-05 at 02:00 back to 01:30.
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Australia/Lord_Howe");
        var cron = CronExpression.Parse("15,45 1-2 * * *");

        Assert.Equal(
            [Utc("2026-10-03 14:45"), Utc("2026-10-03 15:15"), Utc("2026-10-03 15:30"), Utc("2026-10-03 15:45")],
            Next(cron, Utc("2026-10-03 14:30"), zone, 4));
        Assert.Equal(
            [Utc("2026-04-04 14:15"), Utc("2026-04-04 14:45"), Utc("2026-04-04 15:45")],
            Next(cron, Utc("2026-04-04 14:00"), zone, 3));
    }

    [Fact]
    public void Midnight_that_is_skipped_fires_at_the_first_moment_of_its_day()
    {
        // Cairo, 2026-04-24 at 00:00: to 01:00.
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Africa/Cairo");

        Assert.Equal([Utc("2026-04-23 22:00"), Utc("2026-04-24 21:00")], Next(CronExpression.Parse("@daily"), Utc("2026-04-23 00:00"), zone, 2));
    }

    [Fact]
    public void Over_a_year_of_every_zone_times_grow_and_each_day_fires_once()
    {
        var cron = CronExpression.Parse("30 2 * * *");
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones())
        {
            var fired = Next(cron, Utc("2026-01-01 12:00"), zone, 365);
            Assert.All(fired.Zip(fired.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, TimeSpan.FromHours(22), TimeSpan.FromHours(26)));
            Assert.Equal(365, fired.Select(moment => TimeZoneInfo.ConvertTime(moment, zone).Date).Distinct().Count());
        }
    }

    private static List<DateTimeOffset> Next(CronExpression cron, DateTimeOffset after, TimeZoneInfo zone, int count)
    {
        var moments = new List<DateTimeOffset>();
        while (moments.Count < count)
        {
            moments.Add(after = cron.Next(after, zone)!.Value);
        }
        return moments;
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
