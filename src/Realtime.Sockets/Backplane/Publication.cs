namespace Realtime.Sockets;

/// <summary>One published event of a topic, as a backplane keeps and delivers it.</summary>
public sealed class Publication
{
    private FrameCache _frames;

    /// <summary>Makes a publication.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data; not to be changed afterwards.</param>
    /// <param name="offset">Its place in the topic's history; 0 for a topic without one.</param>
    /// <param name="epoch">Which numbering the offset is of; null for a topic without history.</param>
    /// <param name="recipients">Which members it is for; all by default.</param>
    public Publication(string topic, string name, EventData data, long offset = 0, string? epoch = null, Recipients recipients = default)
    {
        Topic = topic;
        Name = name;
        Data = data;
        Offset = offset;
        Epoch = epoch;
        Recipients = recipients;
    }

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>The event's name.</summary>
    public string Name { get; }

    /// <summary>The data.</summary>
    public EventData Data { get; }

    /// <summary>Its place in the topic's history; 0 for a topic without one.</summary>
    public long Offset { get; }

    /// <summary>Which numbering the offset is of; null for a topic without history.</summary>
    public string? Epoch { get; }

    /// <summary>Which of the members that hear it live it is for.</summary>
    public Recipients Recipients { get; }

    internal bool IsForAll => Recipients is { Except: null, User: null };

    // Encoded at most once for all receivers of a format, replays included.
    internal PreparedFrame Frame(WireCodec codec) => _frames[codec] ?? _frames.Keep(codec, codec.Event(Topic, Name, Data, Offset));
}
