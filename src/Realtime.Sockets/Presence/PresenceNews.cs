namespace Realtime.Sockets;

/// <summary>One thing to tell of a topic's presence, to many: all who are here, what has changed, or only how many they are.</summary>
internal sealed class PresenceNews
{
    private readonly string _topic;
    private readonly int _count;
    private readonly IReadOnlyList<PresenceEntry>? _members;
    private readonly IReadOnlyList<string>? _left;
    private FrameCache _frames;

    private PresenceNews(string topic, int count, IReadOnlyList<PresenceEntry>? members, IReadOnlyList<string>? left) =>
        (_topic, _count, _members, _left) = (topic, count, members, left);

    public static PresenceNews List(string topic, IReadOnlyList<PresenceEntry> members) => new(topic, 0, members, left: null);

    public static PresenceNews Change(string topic, IReadOnlyList<PresenceEntry> joined, IReadOnlyList<string> left) => new(topic, 0, joined, left);

    public static PresenceNews Count(string topic, int count) => new(topic, count, members: null, left: null);

    // Encoded at most once for all who hear it in one format.
    public PreparedFrame Frame(WireCodec codec) => _frames[codec] ?? _frames.Keep(codec, Write(codec));

    private PreparedFrame Write(WireCodec codec) => this switch
    {
        { _members: null } => codec.PresenceCount(_topic, _count),
        { _left: null } => codec.Presence(_topic, _members),
        _ => codec.PresenceChange(_topic, _members, _left),
    };
}
