namespace Realtime.Jobs;

/// <summary>The day-of-month field: plain days, and <c>L</c>, <c>L-3</c>, <c>15W</c>, <c>LW</c>.</summary>
internal sealed class CronDays
{
    private readonly CronField _plain;
    private readonly List<(bool FromEnd, int Day, bool Nearest)> _special = [];

    /// <exception cref="FormatException">The field cannot be read.</exception>
    public CronDays(string text)
    {
        IsAny = text.StartsWith('*') || text == "?";
        var plain = new List<string>();
        foreach (var item in (text == "?" ? "*" : text).Split(','))
        {
            if (Special(item.ToUpperInvariant()) is { } special)
            {
                _special.Add(special);
            }
            else
            {
                plain.Add(item);
            }
        }
        _plain = CronField.Parse(plain, CronFieldKind.Day);
    }

    /// <summary>Whether the field begins with a star, which decides how the two day fields combine.</summary>
    public bool IsAny { get; }

    public bool Has(DateTime date)
    {
        if (_plain.Has(date.Day))
        {
            return true;
        }
        foreach (var special in _special)
        {
            if (DayIn(date.Year, date.Month, special) == date.Day)
            {
                return true;
            }
        }
        return false;
    }

    private static (bool FromEnd, int Day, bool Nearest)? Special(string item)
    {
        var nearest = item.EndsWith('W');
        var day = nearest ? item[..^1] : item;
        if (day == "L")
        {
            return (true, 0, nearest);
        }
        if (day.StartsWith("L-", StringComparison.Ordinal))
        {
            var back = CronField.Number(day[2..], CronFieldKind.Day);
            return back <= 30 ? (true, back, nearest) : throw new FormatException($"'{item}' goes back further than a month is long.");
        }
        if (!nearest)
        {
            return null;
        }
        var number = CronField.Number(day, CronFieldKind.Day);
        return number is >= 1 and <= 31 ? (false, number, true) : throw CronFieldKind.Day.Mistake(item);
    }

    // 0 for a month that has no such day.
    private static int DayIn(int year, int month, (bool FromEnd, int Day, bool Nearest) special)
    {
        var last = DateTime.DaysInMonth(year, month);
        var day = special.FromEnd ? last - special.Day : special.Day;
        if (day < 1 || day > last)
        {
            return 0;
        }
        // The weekday nearest to it, but never in another month.
        return !special.Nearest ? day : new DateTime(year, month, day).DayOfWeek switch
        {
            DayOfWeek.Saturday => day > 1 ? day - 1 : 3,
            DayOfWeek.Sunday => day < last ? day + 1 : day - 2,
            _ => day,
        };
    }
}
