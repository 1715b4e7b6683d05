using System.Globalization;

namespace Realtime.Http;

/// <summary>Reads <c>Range</c> (RFC 9110, section 14.2).</summary>
internal static class ByteRanges
{
    // Beyond that many it is no reader that asks.
    private const int Most = 20;

    /// <summary>The ranges asked for, in the order asked; empty where none lies inside; null where the field is to be ignored.</summary>
    /// <param name="field">The field's value.</param>
    /// <param name="length">How long the whole is.</param>
    public static List<(long Offset, long Count)>? Parse(ReadOnlySpan<char> field, long length)
    {
        field = field.Trim();
        if (!field.StartsWith("bytes", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        field = field["bytes".Length..].TrimStart();
        if (field is not ['=', ..])
        {
            return null;
        }
        var ranges = new List<(long Offset, long Count)>();
        long sum = 0;
        var asked = 0;
        foreach (var part in field[1..].Split(','))
        {
            var text = field[1..][part].Trim();
            if (text.IsEmpty)
            {
                continue;
            }
            if (++asked > Most || !TryRange(text, length, out var range))
            {
                return null;
            }
            if (range.Count > 0)
            {
                ranges.Add(range);
                sum += range.Count;
            }
        }
        // Ranges that together are more than the whole serve nobody but those who want the server to work (section 17.15).
        return asked == 0 || (ranges.Count > 1 && sum > length) ? null : ranges;
    }

    // A count of zero is a range that lies outside.
    private static bool TryRange(ReadOnlySpan<char> text, long length, out (long Offset, long Count) range)
    {
        range = default;
        var dash = text.IndexOf('-');
        if (dash < 0)
        {
            return false;
        }
        var first = text[..dash].Trim();
        var last = text[(dash + 1)..].Trim();
        if (first.IsEmpty)
        {
            if (!TryNumber(last, out var suffix))
            {
                return false;
            }
            suffix = Math.Min(suffix, length);
            range = (length - suffix, suffix);
            return true;
        }
        if (!TryNumber(first, out var from))
        {
            return false;
        }
        var to = length - 1;
        if (!last.IsEmpty)
        {
            if (!TryNumber(last, out to) || to < from)
            {
                return false;
            }
            to = Math.Min(to, length - 1);
        }
        range = from >= length ? default : (from, to - from + 1);
        return true;
    }

    // Digits only: no sign, no space. More digits than fit are a place beyond every end.
    private static bool TryNumber(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            number = long.MaxValue;
        }
        return true;
    }
}
