using System.Diagnostics;

namespace Realtime.Benchmarks.Load;

/// <summary>
/// The text of a measured message: a mark, its number, the nanosecond at which it was meant to be sent, and filling. The digits
/// stand at fixed places, so that reading them costs a few nanoseconds.
/// </summary>
internal static class Stamp
{
    public const byte Mark = (byte)'#';

    /// <summary>The mark, 8 digits of the number, 16 digits of the time.</summary>
    public const int Length = 1 + NumberDigits + TimeDigits;

    private const int NumberDigits = 8;
    private const int TimeDigits = 16;

    /// <summary>Nanoseconds of a clock that all processes of the machine share.</summary>
    public static long Now() => (long)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency));

    public static string Write(int number, long nanoseconds, int length) =>
        string.Create(length, (number, nanoseconds), static (text, stamp) =>
        {
            text.Fill('x');
            text[0] = (char)Mark;
            stamp.number.TryFormat(text[1..], out _, "D8");
            stamp.nanoseconds.TryFormat(text[(1 + NumberDigits)..], out _, "D16");
        });

    /// <summary>Reads the stamp at the start of the bytes; false where the digits are not digits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out int number, out long nanoseconds)
    {
        number = 0;
        nanoseconds = 0;
        if (bytes.Length < Length)
        {
            return false;
        }
        var sound = TryDigits(bytes.Slice(1, NumberDigits), out var first) & TryDigits(bytes.Slice(1 + NumberDigits, TimeDigits), out nanoseconds);
        number = (int)first;
        return sound;
    }

    private static bool TryDigits(ReadOnlySpan<byte> digits, out long value)
    {
        value = 0;
        var sound = true;
        foreach (var each in digits)
        {
            var digit = (uint)(each - '0');
            sound &= digit < 10;
            value = (value * 10) + digit;
        }
        return sound;
    }
}
