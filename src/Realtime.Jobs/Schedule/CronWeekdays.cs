namespace Realtime.Jobs;

/// <summary>The day-of-week field: plain days, and <c>friL</c> (the last Friday) or <c>mon#1</c> (the first Monday).</summary>
internal sealed class CronWeekdays
{
    private const int Last = 0;

    private readonly CronField _plain;
    private readonly List<(DayOfWeek Day, int Which)> _special = [];

    /// <exception cref="FormatException">The field cannot be read.</exception>
    public CronWeekdays(string text)
    {
        IsAny = text.StartsWith('*') || text == "?";
        var plain = new List<string>();
        foreach (var item in (text == "?" ? "*" : text).Split(','))
        {
            var mark = item.IndexOf('#', StringComparison.Ordinal);
            if (mark >= 0)
            {
                var which = CronField.Number(item[(mark + 1)..], CronFieldKind.Weekday);
                _special.Add((Day(item[..mark], item), which is >= 1 and <= 5 ? which : throw new FormatException($"'{item}': a month has a first to a fifth such day.")));
            }
            else if (item.EndsWith('L') || item.EndsWith('l'))
            {
                _special.Add(item.Length > 1 ? (Day(item[..^1], item), Last) : throw new FormatException("'L' needs a day of week: friL is the last Friday of the month."));
            }
            else
            {
                plain.Add(item);
            }
        }
        _plain = CronField.Parse(plain, CronFieldKind.Weekday);
    }

    /// <summary>Whether the field begins with a star, which decides how the two day fields combine.</summary>
    public bool IsAny { get; }

    public bool Has(DateTime date)
    {
        var day = date.DayOfWeek;
        if (_plain.Has((int)day) || (day == DayOfWeek.Sunday && _plain.Has(7)))
        {
            return true;
        }
        foreach (var (special, which) in _special)
        {
            if (special == day && (which == Last ? date.Day + 7 > DateTime.DaysInMonth(date.Year, date.Month) : (date.Day + 6) / 7 == which))
            {
                return true;
            }
        }
        return false;
    }

    private static DayOfWeek Day(string name, string item)
    {
        var day = CronField.Value(name, CronFieldKind.Weekday);
        return day <= 7 ? (DayOfWeek)(day % 7) : throw CronFieldKind.Weekday.Mistake(item);
    }
}
