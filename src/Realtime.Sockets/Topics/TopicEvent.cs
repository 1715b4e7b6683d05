using System.Text.Json;
using Realtime.Sockets;

namespace Realtime;

/// <summary>One event of a topic, as <see cref="Topics.Subscribe"/> gives it, or a page of its history.</summary>
public sealed class TopicEvent
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly JsonSerializerOptions? _json;

    internal TopicEvent(Publication publication, JsonSerializerOptions json, int dropped = 0)
    {
        Topic = publication.Topic;
        Name = publication.Name;
        _data = publication.Data.Json;
        _json = json;
        Dropped = dropped;
        if (publication is { Offset: > 0, Epoch: { } epoch })
        {
            Position = new StreamPosition(epoch, publication.Offset);
        }
    }

    /// <summary>Makes a reset.</summary>
    internal TopicEvent(string topic, StreamPosition? position)
    {
        Topic = topic;
        Name = "";
        Position = position;
        IsReset = true;
    }

    /// <summary>The topic's name, also where it was heard by a wildcard.</summary>
    public string Topic { get; }

    /// <summary>The event's name; empty for a reset.</summary>
    public string Name { get; }

    /// <summary>The data, UTF-8 JSON; empty for a reset.</summary>
    public ReadOnlyMemory<byte> Data => _data;

    /// <summary>Its place in the topic's history, from 1; null for a topic without one.</summary>
    public long? Offset => Position?.Offset;

    /// <summary>Which numbering the offset is of (<see cref="StreamPosition.Epoch"/>); null for a topic without history.</summary>
    public string? Epoch => Position?.Epoch;

    /// <summary>Offset and epoch: where <see cref="Topics.Subscribe"/> goes on behind this event. Null for a topic without history.</summary>
    public StreamPosition? Position { get; }

    /// <summary>
    /// How many events were left out since the one before, because this reader was too slow (<see cref="SlowConsumer.DropOldest"/>, <see cref="SlowConsumer.Conflate(string)"/>).
    /// Mostly 0.
    /// </summary>
    public int Dropped { get; }

    /// <summary>
    /// Whether this is no event, but the news that events are missing which the server no longer has: load anew what you keep of the topic.
    /// Events go on behind <see cref="Position"/>. It comes only where a position was asked for.
    /// </summary>
    public bool IsReset { get; }

    /// <summary>Reads the data; a reset has the type's default.</summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <exception cref="JsonException">The data is of another type.</exception>
    public T? Read<T>() => IsReset ? default : JsonSerializer.Deserialize<T>(_data.Span, _json);
}
