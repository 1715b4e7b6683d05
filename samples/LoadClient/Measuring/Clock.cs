using System.Diagnostics;

namespace Realtime.LoadClient.Measuring;

/// <summary>Nanoseconds of the machine's steady clock, which all of its processes share.</summary>
internal static class Clock
{
    public const long Second = 1_000_000_000;
    public const long Millisecond = 1_000_000;

    private static readonly double Tick = (double)Second / Stopwatch.Frequency;

    public static long Now() => Stopwatch.Frequency == Second ? Stopwatch.GetTimestamp() : (long)(Stopwatch.GetTimestamp() * Tick);
}
