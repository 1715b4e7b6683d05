namespace Realtime.Jobs;

/// <summary>The moments that a cron expression names on a zone's wall clock.</summary>
internal sealed class CronTimetable(CronExpression expression, TimeZoneInfo zone) : Timetable
{
    public override DateTimeOffset? Next(DateTimeOffset after) => expression.Next(after, zone);

    public override string ToString() => zone.Equals(TimeZoneInfo.Utc) ? expression.ToString() : $"{expression} {zone.Id}";
}
