using System.Text.Json;
using Realtime.Sockets;

namespace Realtime;

/// <summary>One event of a topic, as <see cref="Topics.Subscribe"/> gives it.</summary>
public sealed class TopicEvent
{
    private readonly Publication _publication;
    private readonly JsonSerializerOptions _json;

    internal TopicEvent(Publication publication, JsonSerializerOptions json)
    {
        _publication = publication;
        _json = json;
    }

    /// <summary>The topic's name.</summary>
    public string Topic => _publication.Topic;

    /// <summary>The event's name.</summary>
    public string Name => _publication.Name;

    /// <summary>The data, UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> Data => _publication.Data.Json;

    /// <summary>Its place in the topic's history, from 1; null for a topic without one.</summary>
    public long? Offset => _publication.Offset > 0 ? _publication.Offset : null;

    /// <summary>Which numbering the offset is of (<see cref="StreamPosition.Epoch"/>); null for a topic without history.</summary>
    public string? Epoch => _publication.Epoch;

    /// <summary>Reads the data.</summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <exception cref="JsonException">The data is of another type.</exception>
    public T? Read<T>() => JsonSerializer.Deserialize<T>(Data.Span, _json);
}
