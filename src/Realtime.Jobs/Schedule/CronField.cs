using System.Globalization;
using System.Numerics;

namespace Realtime.Jobs;

/// <summary>The plain part of a cron field: the set of values that match, out of stars, values, names, ranges, steps and lists.</summary>
internal readonly struct CronField
{
    private readonly ulong _values;

    private CronField(ulong values) => _values = values;

    public bool Has(int value) => (_values & (1UL << value)) != 0;

    /// <summary>The first value from a given one on; -1 if none is left.</summary>
    public int From(int value)
    {
        var left = value > 63 ? 0 : _values >> value << value;
        return left == 0 ? -1 : BitOperations.TrailingZeroCount(left);
    }

    /// <exception cref="FormatException">The field cannot be read.</exception>
    public static CronField Parse(string text, CronFieldKind kind) => Parse(text.Split(','), kind);

    /// <exception cref="FormatException">An item cannot be read.</exception>
    public static CronField Parse(IEnumerable<string> items, CronFieldKind kind)
    {
        var values = 0UL;
        foreach (var item in items)
        {
            var (first, last, step) = Range(item, kind);
            if (first < kind.Min || last > kind.Max || first > last || step < 1)
            {
                throw kind.Mistake(item);
            }
            for (var value = first; value <= last; value += step)
            {
                values |= 1UL << value;
            }
        }
        return new CronField(values);
    }

    private static (int First, int Last, int Step) Range(string item, CronFieldKind kind)
    {
        var slash = item.IndexOf('/', StringComparison.Ordinal);
        var span = slash < 0 ? item : item[..slash];
        var step = slash < 0 ? 1 : Number(item[(slash + 1)..], kind);
        if (span == "*")
        {
            return (kind.Min, kind.Max, step);
        }
        var dash = span.IndexOf('-', StringComparison.Ordinal);
        if (dash >= 0)
        {
            var (first, last) = (Value(span[..dash], kind), Value(span[(dash + 1)..], kind));
            // Where a week ends with Sunday, as in sat-sun, Sunday is 7.
            return (first, last == 0 && kind.Max == 7 ? 7 : last, step);
        }
        var value = Value(span, kind);
        return (value, slash < 0 ? value : kind.Max, step);
    }

    internal static int Value(string item, CronFieldKind kind)
    {
        var named = kind.Names is null ? -1 : Array.FindIndex(kind.Names, known => string.Equals(known, item, StringComparison.OrdinalIgnoreCase));
        return named >= 0 ? named + kind.Min : Number(item, kind);
    }

    internal static int Number(string item, CronFieldKind kind) =>
        int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"'{item}' is not a {kind.Name}.");
}
