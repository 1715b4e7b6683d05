namespace Realtime.Jobs;

/// <summary>When a schedule fires: the five fields of cron, <c>minute hour day-of-month month day-of-week</c>.</summary>
/// <remarks>
/// A field is <c>*</c>, a value, a range <c>a-b</c>, a step <c>*/n</c>, <c>a-b/n</c> or <c>a/n</c> (from a on), or a list of those with
/// commas. Months and days may be named (<c>jan</c>, <c>mon</c>); Sunday is 0 or 7. Where both days are restricted, either one
/// fires it, as cron always had it. <c>@hourly</c>, <c>@daily</c>, <c>@weekly</c>, <c>@monthly</c> and <c>@yearly</c> are understood.
/// A local time that a clock change skips fires once, at the end of the skipped time; one that is repeated fires the first time only.
/// </remarks>
public sealed class CronExpression
{
    private const int LongestSearchInDays = 366 * 9;

    private readonly string _text;
    private readonly CronField _minutes;
    private readonly CronField _hours;
    private readonly CronField _days;
    private readonly CronField _months;
    private readonly CronField _weekdays;

    private CronExpression(string text, string[] fields)
    {
        _text = text;
        _minutes = CronField.Parse(fields[0], "minute", 0, 59);
        _hours = CronField.Parse(fields[1], "hour", 0, 23);
        _days = CronField.Parse(fields[2], "day of month", 1, 31);
        _months = CronField.Parse(fields[3], "month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]);
        _weekdays = CronField.Parse(fields[4], "day of week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);
    }

    /// <summary>Reads an expression.</summary>
    /// <param name="expression">Five fields, or a name like <c>@daily</c>.</param>
    /// <exception cref="FormatException">It cannot be read, or it never fires; the message says what is wrong.</exception>
    public static CronExpression Parse(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var text = expression.Trim() switch
        {
            "@hourly" => "0 * * * *",
            "@daily" or "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" or "@annually" => "0 0 1 1 *",
            var other => other,
        };
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            throw new FormatException($"The cron expression '{expression}' has {fields.Length} fields; it needs five: minute hour day-of-month month day-of-week.");
        }
        CronExpression cron;
        try
        {
            cron = new CronExpression(expression, fields);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"The cron expression '{expression}': {exception.Message}", exception);
        }
        return cron.Next(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null
            ? throw new FormatException($"The cron expression '{expression}' never fires: no month has such a day.")
            : cron;
    }

    /// <summary>The first time it fires behind a moment; null if it never does again.</summary>
    /// <param name="after">The moment, itself not counted.</param>
    /// <param name="zone">Whose wall clock the fields are read on.</param>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var wall = TimeZoneInfo.ConvertTime(after, zone).DateTime;
        while (NextOnTheWall(wall) is { } next)
        {
            var moment = ToMoment(next, zone);
            if (moment > after)
            {
                return moment;
            }
            wall = next;
        }
        return null;
    }

    /// <summary>The expression as it was written.</summary>
    public override string ToString() => _text;

    private static DateTimeOffset ToMoment(DateTime wall, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(wall))
        {
            // Skipped: the first wall time behind it that exists. Clock changes happen on whole minutes.
            while (zone.IsInvalidTime(wall))
            {
                wall = wall.AddMinutes(1);
            }
        }
        // Repeated: the first pass is the one with the larger offset from UTC.
        var offset = zone.IsAmbiguousTime(wall) ? zone.GetAmbiguousTimeOffsets(wall).Max() : zone.GetUtcOffset(wall);
        return new DateTimeOffset(wall, offset).ToUniversalTime();
    }

    private DateTime? NextOnTheWall(DateTime after)
    {
        var from = new DateTime(after.Year, after.Month, after.Day, after.Hour, after.Minute, 0, DateTimeKind.Unspecified).AddMinutes(1);
        for (var (day, left) = (from.Date, LongestSearchInDays); left > 0 && day.Year < 9999; day = day.AddDays(1), left--)
        {
            if (!Fires(day))
            {
                continue;
            }
            var start = day == from.Date ? from.TimeOfDay : TimeSpan.Zero;
            for (var hour = start.Hours; hour < 24; hour++)
            {
                if (!_hours.Has(hour))
                {
                    continue;
                }
                for (var minute = hour == start.Hours ? start.Minutes : 0; minute < 60; minute++)
                {
                    if (_minutes.Has(minute))
                    {
                        return day.AddHours(hour).AddMinutes(minute);
                    }
                }
            }
        }
        return null;
    }

    private bool Fires(DateTime day)
    {
        if (!_months.Has(day.Month))
        {
            return false;
        }
        var byDay = _days.Has(day.Day);
        var byWeekday = _weekdays.Has((int)day.DayOfWeek) || (day.DayOfWeek == DayOfWeek.Sunday && _weekdays.Has(7));
        return _days.IsAny || _weekdays.IsAny ? byDay && byWeekday : byDay || byWeekday;
    }
}
