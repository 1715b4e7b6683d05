namespace Realtime.Jobs;

/// <summary>
/// When a schedule fires: the five fields of cron, <c>minute hour day-of-month month day-of-week</c>, or six with seconds before them.
/// </summary>
/// <remarks>
/// <para>
/// A field is <c>*</c>, a value, a range <c>a-b</c>, a step <c>*/n</c>, <c>a-b/n</c> or <c>a/n</c> (from a on), or a list of those with
/// commas. Months and days may be named (<c>jan</c>, <c>mon</c>); Sunday is 0 or 7. A day of month may be <c>L</c> (the last), <c>L-3</c>
/// (three before it), <c>15W</c> (the weekday nearest to the 15th, in the same month) or <c>LW</c>; a day of week <c>friL</c> (the
/// last Friday) or <c>mon#1</c> (the first Monday). <c>?</c> is a star for either. Where both days are restricted, either one
/// fires it, as cron always had it. <c>@hourly</c>, <c>@daily</c>, <c>@weekly</c>, <c>@monthly</c> and <c>@yearly</c> are understood.
/// </para>
/// <para>
/// It names times of a wall clock, and each fires once: one that a clock change skips fires at the end of the skipped time, together
/// with all others skipped; one that is repeated fires the first time only. So <c>*/5 * * * *</c> rests for the hour that is repeated:
/// what is to come at even intervals whatever the wall shows is a fixed interval (<see cref="JobQueue.Every"/>) or in UTC.
/// </para>
/// </remarks>
public sealed class CronExpression
{
    // A 29 February that is a certain weekday comes every 28 years, and around 2100 after 40.
    private const int LongestSearchInMonths = 12 * 50;

    private readonly string _text;
    private readonly CronField _seconds;
    private readonly CronField _minutes;
    private readonly CronField _hours;
    private readonly CronDays _days;
    private readonly CronField _months;
    private readonly CronWeekdays _weekdays;

    private CronExpression(string text, ReadOnlySpan<string> fields)
    {
        _text = text;
        var withSeconds = fields.Length == 6;
        _seconds = CronField.Parse(withSeconds ? fields[0] : "0", CronFieldKind.Second);
        fields = withSeconds ? fields[1..] : fields;
        _minutes = CronField.Parse(fields[0], CronFieldKind.Minute);
        _hours = CronField.Parse(fields[1], CronFieldKind.Hour);
        _days = new CronDays(fields[2]);
        _months = CronField.Parse(fields[3], CronFieldKind.Month);
        _weekdays = new CronWeekdays(fields[4]);
    }

    /// <summary>Reads an expression.</summary>
    /// <param name="expression">Five fields, six, or a name like <c>@daily</c>.</param>
    /// <exception cref="FormatException">It cannot be read, or it never fires; the message says what is wrong.</exception>
    public static CronExpression Parse(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var fields = InFull(expression.Trim()).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            throw new FormatException(
                $"The cron expression '{expression}' has {fields.Length} fields; it needs five: minute hour day-of-month month day-of-week, or six with the second before them.");
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

    private static string InFull(string text) => text.StartsWith('@') ? text.ToUpperInvariant() switch
    {
        "@HOURLY" => "0 * * * *",
        "@DAILY" or "@MIDNIGHT" => "0 0 * * *",
        "@WEEKLY" => "0 0 * * 0",
        "@MONTHLY" => "0 0 1 * *",
        "@YEARLY" or "@ANNUALLY" => "0 0 1 1 *",
        _ => throw new FormatException($"The cron expression '{text}' is not one of @hourly, @daily, @weekly, @monthly and @yearly."),
    }
    : text;

    private static DateTimeOffset ToMoment(DateTime wall, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(wall))
        {
            // Skipped: the first wall time behind it that exists. Clock changes happen on whole minutes.
            wall = wall.AddSeconds(-wall.Second);
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
        var from = after.AddTicks(-(after.Ticks % TimeSpan.TicksPerSecond)).AddSeconds(1);
        var month = new DateTime(from.Year, from.Month, 1, 0, 0, 0, DateTimeKind.Unspecified);
        for (var left = LongestSearchInMonths; left > 0 && month.Year < 9999; month = month.AddMonths(1), left--)
        {
            if (!_months.Has(month.Month))
            {
                continue;
            }
            var first = month < from ? from.Date : month;
            for (var day = first; day.Month == month.Month; day = day.AddDays(1))
            {
                if (Fires(day) && NextInDay(day == from.Date ? from.TimeOfDay : TimeSpan.Zero) is { } time)
                {
                    return day + time;
                }
            }
        }
        return null;
    }

    private TimeSpan? NextInDay(TimeSpan from)
    {
        for (var hour = _hours.From(from.Hours); hour >= 0; hour = _hours.From(hour + 1))
        {
            var inHour = hour == from.Hours;
            for (var minute = _minutes.From(inHour ? from.Minutes : 0); minute >= 0; minute = _minutes.From(minute + 1))
            {
                var second = _seconds.From(inHour && minute == from.Minutes ? from.Seconds : 0);
                if (second >= 0)
                {
                    return new TimeSpan(hour, minute, second);
                }
            }
        }
        return null;
    }

    private bool Fires(DateTime day)
    {
        var (byDay, byWeekday) = (_days.Has(day), _weekdays.Has(day));
        return _days.IsAny || _weekdays.IsAny ? byDay && byWeekday : byDay || byWeekday;
    }
}
