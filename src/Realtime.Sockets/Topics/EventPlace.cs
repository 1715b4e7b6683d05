using System.Globalization;

namespace Realtime.Sockets;

/// <summary>A place in a topic's history as the id of a server-sent event.</summary>
internal static class EventPlace
{
    public static string Write(StreamPosition position) => string.Create(CultureInfo.InvariantCulture, $"{position.Epoch}:{position.Offset}");

    /// <summary>Reads an id that came back; null where it is none of ours.</summary>
    public static StreamPosition? Read(string? id)
    {
        // The offset has no colon; an epoch of some backplane may.
        var end = id?.LastIndexOf(':') ?? -1;
        return end > 0 && long.TryParse(id.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new StreamPosition(id![..end], offset)
            : null;
    }
}
