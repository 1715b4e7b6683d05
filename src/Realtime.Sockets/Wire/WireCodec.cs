using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>
/// Reads and writes the realtime protocol's messages in one format. What the messages say is written here, once for all formats.
/// </summary>
/// <param name="index">Its place among the codecs of its endpoint.</param>
/// <param name="options">How the data of apps is written.</param>
internal abstract class WireCodec(int index, JsonSerializerOptions options)
{
    /// <summary>Its place among the codecs of its endpoint: what is framed once for each of them is kept under it.</summary>
    public int Index { get; } = index;

    /// <summary>The WebSocket subprotocol that names this format.</summary>
    public abstract string Subprotocol { get; }

    /// <summary>Text or binary: the only kind of message a client may send in this format.</summary>
    public abstract WebSocketMessageType MessageType { get; }

    /// <summary>How the data of apps is written.</summary>
    protected JsonSerializerOptions Options { get; } = options;

    /// <summary>Reads a client's message.</summary>
    /// <param name="bytes">The whole message.</param>
    /// <param name="message">The message; where it is faulty, what could be read of it: <see cref="ClientMessage.Ref"/> at least, if it was good.</param>
    /// <param name="fault">What is wrong with it.</param>
    public abstract bool TryRead(ReadOnlyMemory<byte> bytes, out ClientMessage message, out Fault fault);

    /// <summary>Reads a client's data.</summary>
    /// <param name="data">The data, as <see cref="TryRead"/> gave it.</param>
    /// <param name="contract">What it should be.</param>
    /// <exception cref="JsonException">It is something else; path and message say where and what, in every format.</exception>
    public abstract T? ReadData<T>(ReadOnlyMemory<byte> data, JsonTypeInfo<T> contract);

    /// <summary>Writes <c>welcome</c>.</summary>
    /// <param name="connection">The connection's name in logs.</param>
    /// <param name="heartbeat">How often the client must be heard.</param>
    /// <param name="expires">How long its token is good; null for ever, or where there is none.</param>
    /// <param name="key">What the client's messages are posted with; null where they come over a WebSocket.</param>
    /// <param name="topics">The topics that a stream which came back is in again without a join; empty for none.</param>
    public PreparedFrame Welcome(string connection, TimeSpan heartbeat, TimeSpan? expires = null, string? key = null, string[]? topics = null) => Write((connection, heartbeat, expires, key, topics), static (writer, state) =>
    {
        writer.Type("welcome"u8);
        writer.Text("connection"u8, state.connection);
        writer.Integer("heartbeat"u8, (long)state.heartbeat.TotalMilliseconds);
        if (state.expires is { } expires)
        {
            writer.Integer("expires"u8, (long)expires.TotalMilliseconds);
        }
        if (state.key is { } key)
        {
            writer.Text("key"u8, key);
        }
        if (state.topics is { Length: > 0 } topics)
        {
            writer.Name("topics"u8);
            writer.StartList(topics.Length);
            Array.ForEach(topics, writer.Text);
            writer.EndList();
        }
    });

    /// <summary>Writes a <c>reply</c> with status ok.</summary>
    /// <param name="reference">The request's <c>ref</c>.</param>
    /// <param name="data">What the handler returned; null for nothing.</param>
    /// <param name="join">For the reply to a join of a topic with history: where the client is now.</param>
    public PreparedFrame Reply(long reference, object? data, JoinOutcome? join = null) => Write((reference, data, join, Options), static (writer, state) =>
    {
        writer.Type("reply"u8);
        writer.Integer("ref"u8, state.reference);
        writer.Ascii("status"u8, "ok"u8);
        if (state.data is not null)
        {
            writer.Name("data"u8);
            writer.Value(state.data, state.Options);
        }
        WriteJoin(writer, state.join);
    });

    /// <summary>Writes <c>joined</c>: what a reply to a join says, to a client that did not have to ask.</summary>
    public PreparedFrame Joined(string topic, object? data, JoinOutcome? join) => Write((topic, data, join, Options), static (writer, state) =>
    {
        writer.Type("joined"u8);
        writer.Text("topic"u8, state.topic);
        if (state.data is not null)
        {
            writer.Name("data"u8);
            writer.Value(state.data, state.Options);
        }
        WriteJoin(writer, state.join);
    });

    /// <summary>Writes a <c>reply</c> with status error.</summary>
    public PreparedFrame Refuse(long reference, Fault fault) => Write((reference, fault, Options), static (writer, state) =>
    {
        writer.Type("reply"u8);
        writer.Integer("ref"u8, state.reference);
        writer.Ascii("status"u8, "error"u8);
        WriteFault(writer, state.fault, state.Options);
    });

    /// <summary>Writes an <c>error</c>, for a message without a usable <c>ref</c>.</summary>
    public PreparedFrame Error(Fault fault, string? topic) => Write((fault, topic, Options), static (writer, state) =>
    {
        writer.Type("error"u8);
        if (state.topic is not null)
        {
            writer.Text("topic"u8, state.topic);
        }
        WriteFault(writer, state.fault, state.Options);
    });

    /// <summary>Writes an <c>event</c>.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data.</param>
    /// <param name="offset">Its place in the topic's history; 0 for none.</param>
    /// <param name="via">The wildcard by which the client hears it; null for a member of the topic itself.</param>
    public PreparedFrame Event(string topic, string name, in EventData data, long offset, string? via = null) => Write((topic, name, data, offset, via), static (writer, state) =>
    {
        writer.Type("event"u8);
        writer.Text("topic"u8, state.topic);
        writer.Text("event"u8, state.name);
        writer.Name("data"u8);
        writer.Data(state.data);
        if (state.offset > 0)
        {
            writer.Integer("offset"u8, state.offset);
        }
        if (state.via is not null)
        {
            writer.Text("via"u8, state.via);
        }
    });

    /// <summary>Writes <c>skip</c>: the event at this offset is not for the client.</summary>
    public PreparedFrame Skip(string topic, long offset) => Write((topic, offset), static (writer, state) =>
    {
        writer.Type("skip"u8);
        writer.Text("topic"u8, state.topic);
        writer.Integer("offset"u8, state.offset);
    });

    /// <summary>Writes <c>left</c>: the server took the client out of the topic.</summary>
    public PreparedFrame Left(string topic, Fault why) => Write((topic, why, Options), static (writer, state) =>
    {
        writer.Type("left"u8);
        writer.Text("topic"u8, state.topic);
        WriteFault(writer, state.why, state.Options);
    });

    /// <summary>Writes the <c>reply</c> to a <c>history</c>.</summary>
    /// <param name="reference">The request's <c>ref</c>.</param>
    /// <param name="epoch">The name of the numbering.</param>
    /// <param name="events">The events, the oldest first.</param>
    /// <param name="more">Whether older ones are kept.</param>
    public PreparedFrame History(long reference, string epoch, IReadOnlyCollection<Publication> events, bool more) =>
        Write((reference, epoch, events, more), static (writer, state) =>
        {
            writer.Type("reply"u8);
            writer.Integer("ref"u8, state.reference);
            writer.Ascii("status"u8, "ok"u8);
            writer.Name("data"u8);
            writer.StartMap();
            writer.Text("epoch"u8, state.epoch);
            writer.Name("events"u8);
            writer.StartList(state.events.Count);
            foreach (var publication in state.events)
            {
                WritePast(writer, publication);
            }
            writer.EndList();
            writer.Flag("more"u8, state.more);
            writer.EndMap();
        });

    /// <summary>Writes a <c>presence</c> snapshot.</summary>
    public PreparedFrame Presence(string topic, IReadOnlyList<PresenceEntry> members) => Write((topic, members), static (writer, state) =>
    {
        writer.Type("presence"u8);
        writer.Text("topic"u8, state.topic);
        WriteEntries(writer, "members"u8, state.members);
    });

    /// <summary>Writes a <c>presence</c> difference.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="joined">Who came or changed.</param>
    /// <param name="left">The ids of those who left.</param>
    public PreparedFrame PresenceChange(string topic, IReadOnlyList<PresenceEntry> joined, IReadOnlyList<string> left) =>
        Write((topic, joined, left), static (writer, state) =>
        {
            writer.Type("presence"u8);
            writer.Text("topic"u8, state.topic);
            WriteEntries(writer, "joined"u8, state.joined);
            writer.Name("left"u8);
            writer.StartList(state.left.Count);
            foreach (var id in state.left)
            {
                writer.Text(id);
            }
            writer.EndList();
        });

    /// <summary>Writes a <c>presence</c> of which only the count is told.</summary>
    public PreparedFrame PresenceCount(string topic, int count) => Write((topic, count), static (writer, state) =>
    {
        writer.Type("presence"u8);
        writer.Text("topic"u8, state.topic);
        writer.Integer("count"u8, state.count);
    });

    /// <summary>Writes <c>dropped</c>.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="count">How many events were left out.</param>
    /// <param name="offset">The newest one's offset; 0 for none.</param>
    public PreparedFrame Dropped(string topic, int count, long offset) => Write((topic, count, offset), static (writer, state) =>
    {
        writer.Type("dropped"u8);
        writer.Text("topic"u8, state.topic);
        writer.Integer("count"u8, state.count);
        if (state.offset > 0)
        {
            writer.Integer("offset"u8, state.offset);
        }
    });

    /// <summary>Writes <c>reset</c>.</summary>
    public PreparedFrame Reset(string topic, StreamPosition position) => Write((topic, position), static (writer, state) =>
    {
        writer.Type("reset"u8);
        writer.Text("topic"u8, state.topic);
        writer.Text("epoch"u8, state.position.Epoch);
        writer.Integer("offset"u8, state.position.Offset);
    });

    /// <summary>Writes <c>away</c>.</summary>
    public PreparedFrame Away(TimeSpan reconnect) => Write(reconnect, static (writer, reconnect) =>
    {
        writer.Type("away"u8);
        writer.Integer("reconnect"u8, (long)reconnect.TotalMilliseconds);
    });

    /// <summary>Frames one message: a map, whose members <paramref name="members"/> writes.</summary>
    protected abstract PreparedFrame Write<TState>(TState state, Action<EnvelopeWriter, TState> members);

    private static void WriteJoin(EnvelopeWriter writer, JoinOutcome? outcome)
    {
        if (outcome is { } join)
        {
            writer.Text("epoch"u8, join.Position.Epoch);
            writer.Integer("offset"u8, join.Position.Offset);
            writer.Flag("recovered"u8, join.Recovered);
        }
    }

    private static void WriteFault(EnvelopeWriter writer, Fault fault, JsonSerializerOptions options)
    {
        writer.Name("error"u8);
        writer.StartMap();
        writer.Text("code"u8, fault.Code);
        writer.Text("message"u8, fault.Message);
        if (fault.Details is not null)
        {
            writer.Name("details"u8);
            writer.Value(fault.Details, options);
        }
        writer.EndMap();
    }

    private static void WritePast(EnvelopeWriter writer, Publication publication)
    {
        writer.StartMap();
        writer.Text("event"u8, publication.Name);
        writer.Name("data"u8);
        writer.Data(publication.Data);
        writer.Integer("offset"u8, publication.Offset);
        writer.EndMap();
    }

    private static void WriteEntries(EnvelopeWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<PresenceEntry> entries)
    {
        writer.Name(name);
        writer.StartList(entries.Count);
        foreach (var entry in entries)
        {
            writer.StartMap();
            writer.Text("id"u8, entry.Id);
            if (entry.User is { } user)
            {
                writer.Text("user"u8, user);
            }
            if (entry.Connections > 1)
            {
                writer.Integer("connections"u8, entry.Connections);
            }
            if (!entry.Written.Json.IsEmpty)
            {
                writer.Name("data"u8);
                writer.Data(entry.Written);
            }
            writer.EndMap();
        }
        writer.EndList();
    }
}
