using System.Numerics;

namespace Realtime.Sockets;

/// <summary>Checks options and says which one is wrong.</summary>
internal static class OptionRule
{
    /// <exception cref="ArgumentException">The value is not more than zero.</exception>
    public static void Positive<T>(T value, string option)
        where T : INumber<T>
    {
        if (value <= T.Zero)
        {
            throw new ArgumentException($"{option} must be more than 0, but is {value}.", nameof(value));
        }
    }

    /// <exception cref="ArgumentException">The time is not more than zero, or where <paramref name="mayBeZero"/>, less.</exception>
    public static void Positive(TimeSpan value, string option, bool mayBeZero = false)
    {
        if (value < TimeSpan.Zero || (value == TimeSpan.Zero && !mayBeZero))
        {
            throw new ArgumentException($"{option} must be {(mayBeZero ? "0 or more" : "more than 0")}, but is {value}.", nameof(value));
        }
    }
}
