using System.Globalization;

namespace Realtime.Jobs;

public sealed class TimetableTests
{
    [Fact]
    public void Intervals_are_the_same_everywhere_without_asking()
    {
        var quarters = new IntervalTimetable(TimeSpan.FromMinutes(15));

        Assert.Equal(Utc("2026-01-01 10:15"), quarters.Next(Utc("2026-01-01 10:00")));
        Assert.Equal(Utc("2026-01-01 10:15"), quarters.Next(Utc("2026-01-01 10:14:59")));
        Assert.Equal("every 00:15:00", quarters.ToString());
    }

    [Fact]
    public void An_interval_beyond_the_end_of_time_never_comes()
    {
        Assert.Null(new IntervalTimetable(TimeSpan.FromDays(300_0000)).Next(Utc("9000-01-01")));
    }

    [Theory]
    [InlineData("2026-01-01 00:00", "2026-01-01 00:00", 3, "")]
    [InlineData("2026-01-01 00:00", "2026-01-01 00:59:59", 3, "")]
    [InlineData("2026-01-01 00:00", "2026-01-01 01:00", 3, "2026-01-01 01:00")]
    [InlineData("2026-01-01 00:00", "2026-01-01 02:30", 3, "2026-01-01 01:00,2026-01-01 02:00")]
    [InlineData("2025-01-01 00:00", "2026-01-01 02:30", 3, "2026-01-01 00:00,2026-01-01 01:00,2026-01-01 02:00")]
    [InlineData("2026-01-01 00:30", "2026-01-05 02:30", 1, "2026-01-05 02:00")]
    public void The_newest_that_were_missed_are_found_without_counting_all(string after, string until, int limit, string expected)
    {
        DateTimeOffset[] moments = [.. expected.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Utc)];
        foreach (Timetable hourly in new Timetable[] { new CronTimetable(CronExpression.Parse("@hourly"), TimeZoneInfo.Utc), new IntervalTimetable(TimeSpan.FromHours(1)) })
        {
            Assert.Equal(moments, hourly.Newest(Utc(after), Utc(until), limit));
        }
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
