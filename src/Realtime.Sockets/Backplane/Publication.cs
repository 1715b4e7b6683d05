namespace Realtime.Sockets;

/// <summary>One published event of a topic, as a backplane keeps and delivers it.</summary>
public sealed class Publication
{
    private PreparedFrame? _frame;

    /// <summary>Makes a publication.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data; not to be changed afterwards.</param>
    /// <param name="offset">Its place in the topic's history; 0 for a topic without one.</param>
    public Publication(string topic, string name, EventData data, long offset = 0)
    {
        Topic = topic;
        Name = name;
        Data = data;
        Offset = offset;
    }

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>The event's name.</summary>
    public string Name { get; }

    /// <summary>The data.</summary>
    public EventData Data { get; }

    /// <summary>Its place in the topic's history; 0 for a topic without one.</summary>
    public long Offset { get; }

    // Encoded at most once for all receivers, replays included. Two that encode at once make the same frame twice: harmless.
    internal PreparedFrame Frame(ICodec codec) => _frame ??= codec.Event(Topic, Name, Data.Json.Span, Offset);
}
