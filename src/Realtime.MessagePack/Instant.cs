using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>Reads the timestamp extension as the platform's times, which go from year 1 to 9999 in steps of 100 nanoseconds.</summary>
internal static class Instant
{
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <summary>Reads an instant as a time in UTC; what is finer than 100 nanoseconds is dropped.</summary>
    /// <exception cref="JsonException">It is outside of the years 1 to 9999.</exception>
    public static DateTime ReadUtc(MessagePackReader reader)
    {
        var (seconds, nanoseconds) = reader.ReadTimestamp();
        return seconds is >= FirstSecond and <= LastSecond
            ? DateTime.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (nanoseconds / 100))
            : throw new JsonException("A timestamp is outside of the years 1 to 9999.");
    }

    /// <summary>The instant that a time says; one of no known kind counts as UTC.</summary>
    public static DateTime ToUtc(DateTime time) => time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time;
}
