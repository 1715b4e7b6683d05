using System.Globalization;

namespace Realtime.Sockets;

/// <summary>Writes a number that is known as text in the MessagePack format that says exactly the same number.</summary>
internal static class NumberText
{
    private const int MaxDigits = 64;

    /// <summary>Writes an integer where it is one of 64 bits, else a float where its shortest form is this number, else the text itself: nothing is rounded silently.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="text">The number, as JSON writes numbers.</param>
    public static void Write(MessagePackWriter writer, ReadOnlySpan<byte> text)
    {
        if (!text.SequenceEqual("-0"u8))
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            {
                writer.Write(integer);
                return;
            }
            if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var large))
            {
                writer.Write(large);
                return;
            }
        }
        Span<byte> shortest = stackalloc byte[32];
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            && number.TryFormat(shortest, out var length, default, CultureInfo.InvariantCulture)
            && AreEqual(text, shortest[..length]))
        {
            writer.Write(number);
        }
        else
        {
            writer.WriteUtf8(text);
        }
    }

    // 12.50 and 12.5 and 125E-1 are one number.
    private static bool AreEqual(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.SequenceEqual(other))
        {
            return true;
        }
        Span<byte> digits = stackalloc byte[MaxDigits];
        Span<byte> otherDigits = stackalloc byte[MaxDigits];
        return Normalize(one, digits, out var count, out var exponent, out var isNegative)
            && Normalize(other, otherDigits, out var otherCount, out var otherExponent, out var otherIsNegative)
            && digits[..count].SequenceEqual(otherDigits[..otherCount])
            && (count == 0 || (exponent == otherExponent && isNegative == otherIsNegative));
    }

    // The digits without zeros at either end, and the power of ten of the last one.
    private static bool Normalize(ReadOnlySpan<byte> text, Span<byte> digits, out int count, out int exponent, out bool isNegative)
    {
        count = 0;
        exponent = 0;
        isNegative = text is [(byte)'-', ..];
        var isFraction = false;
        for (var index = isNegative ? 1 : 0; index < text.Length; index++)
        {
            var letter = text[index];
            if (letter is (byte)'e' or (byte)'E')
            {
                if (!int.TryParse(text[(index + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) || Math.Abs((long)power) > 10_000)
                {
                    return false;
                }
                exponent += power;
                break;
            }
            if (letter == (byte)'.')
            {
                isFraction = true;
                continue;
            }
            if (isFraction)
            {
                exponent--;
            }
            if (count > 0 || letter != (byte)'0')
            {
                if (count == digits.Length)
                {
                    return false;
                }
                digits[count++] = letter;
            }
        }
        while (count > 0 && digits[count - 1] == (byte)'0')
        {
            count--;
            exponent++;
        }
        return true;
    }
}
