using System.Globalization;

namespace Realtime.Jobs;

/// <summary>One field of a cron expression: the set of values that match.</summary>
internal readonly struct CronField
{
    private readonly ulong _values;

    private CronField(ulong values, bool isAny)
    {
        _values = values;
        IsAny = isAny;
    }

    /// <summary>Whether the field begins with a star, which decides how the two day fields combine.</summary>
    public bool IsAny { get; }

    public bool Has(int value) => (_values & (1UL << value)) != 0;

    /// <exception cref="FormatException">The field cannot be read.</exception>
    public static CronField Parse(string text, string name, int min, int max, string[]? names = null)
    {
        var values = 0UL;
        foreach (var item in text.Split(','))
        {
            var (first, last, step) = Range(item);
            if (first < min || last > max || first > last || step < 1)
            {
                throw new FormatException($"'{item}' is not a {name} from {min} to {max}.");
            }
            for (var value = first; value <= last; value += step)
            {
                values |= 1UL << value;
            }
        }
        return new CronField(values, text.StartsWith('*'));

        (int First, int Last, int Step) Range(string item)
        {
            var slash = item.IndexOf('/', StringComparison.Ordinal);
            var span = slash < 0 ? item : item[..slash];
            var step = slash < 0 ? 1 : Number(item[(slash + 1)..]);
            if (span == "*")
            {
                return (min, max, step);
            }
            var dash = span.IndexOf('-', StringComparison.Ordinal);
            if (dash >= 0)
            {
                return (Value(span[..dash]), Value(span[(dash + 1)..]), step);
            }
            var value = Value(span);
            return (value, slash < 0 ? value : max, step);
        }

        int Value(string item)
        {
            var named = names is null ? -1 : Array.FindIndex(names, known => string.Equals(known, item, StringComparison.OrdinalIgnoreCase));
            return named >= 0 ? named + min : Number(item);
        }

        int Number(string item) => int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{item}' is not a {name}.");
    }
}
