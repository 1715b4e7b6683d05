using System.Globalization;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>One topic of a <see cref="Bookmark"/>: <c>["room:lobby","k3xq",13,{"user":"Ada"}]</c>.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Epoch">The numbering of its history; null for a topic that keeps none.</param>
/// <param name="Offset">The newest event that the client has.</param>
/// <param name="Data">What it joined with, as JSON in ASCII without line ends; null for nothing.</param>
internal sealed record BookmarkPlace(string Topic, string? Epoch, long Offset, string? Data)
{
    private const int LongestName = 256;

    // What stays the same is written once: this is asked for with each event.
    private readonly string _name = JsonSerializer.Serialize(Topic);

    /// <summary>As it stands in an id: in ASCII, since it comes back in a header field.</summary>
    public string Text => Epoch is null && Data is null
        ? $"[{_name}]"
        : string.Create(CultureInfo.InvariantCulture, $"[{_name},{JsonSerializer.Serialize(Epoch)},{Offset}{(Data is null ? "" : ",")}{Data}]");

    /// <summary>Where its client was, for the join.</summary>
    public StreamPosition? Since => Epoch is null ? null : new StreamPosition(Epoch, Offset);

    /// <summary>The place of a client that has joined; null where its data cannot be said again.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="position">Where it is in the topic's history; null where there is none.</param>
    /// <param name="data">What it joined with, as JSON; empty for nothing.</param>
    public static BookmarkPlace? Of(string topic, StreamPosition? position, ReadOnlyMemory<byte> data)
    {
        try
        {
            return new BookmarkPlace(topic, position?.Epoch, position?.Offset ?? 0, data.IsEmpty ? null : JsonSerializer.Serialize(JsonElement.Parse(data.Span)));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // Half of a surrogate pair, for instance.
            return null;
        }
    }

    /// <summary>Reads a part of an id; null for what is none.</summary>
    public static BookmarkPlace? Read(JsonElement element)
    {
        if (element.GetArrayLength() is not (1 or 3 or 4) || element[0].GetString() is not { Length: > 0 and <= LongestName } topic)
        {
            return null;
        }
        if (element.GetArrayLength() == 1)
        {
            return new BookmarkPlace(topic, null, 0, null);
        }
        return element[2].TryGetInt64(out var offset) && offset >= 0
            ? new BookmarkPlace(topic, element[1].GetString(), offset, element.GetArrayLength() == 3 ? null : JsonSerializer.Serialize(element[3]))
            : null;
    }

    public bool IsOf(string topic) => string.Equals(Topic, topic, StringComparison.Ordinal);
}
