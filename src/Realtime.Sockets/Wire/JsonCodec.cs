using System.Net.WebSockets;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>The realtime protocol as JSON in text frames: <c>realtime.v1.json</c>.</summary>
/// <param name="options">How the data of apps is written.</param>
internal sealed class JsonCodec(JsonSerializerOptions options) : ICodec
{
    public string Subprotocol => "realtime.v1.json";

    public WebSocketMessageType MessageType => WebSocketMessageType.Text;

    public bool TryRead(ReadOnlyMemory<byte> bytes, out ClientMessage message, out Fault fault) =>
        new JsonMessageReader(bytes).TryRead(out message, out fault);

    public PreparedFrame Welcome(string connection, TimeSpan heartbeat) => Write((connection, heartbeat), static (json, state) =>
    {
        json.WriteString("type"u8, "welcome"u8);
        json.WriteString("connection"u8, state.connection);
        json.WriteNumber("heartbeat"u8, (long)state.heartbeat.TotalMilliseconds);
    });

    public PreparedFrame Reply(long reference, object? data, JoinOutcome? join = null) => Write((reference, data, join, options), static (json, state) =>
    {
        json.WriteString("type"u8, "reply"u8);
        json.WriteNumber("ref"u8, state.reference);
        json.WriteString("status"u8, "ok"u8);
        WriteValue(json, "data"u8, state.data, state.options);
        if (state.join is { } join)
        {
            json.WriteString("epoch"u8, join.Position.Epoch);
            json.WriteNumber("offset"u8, join.Position.Offset);
            json.WriteBoolean("recovered"u8, join.Recovered);
        }
    });

    public PreparedFrame Refuse(long reference, Fault fault) => Write((reference, fault), static (json, state) =>
    {
        json.WriteString("type"u8, "reply"u8);
        json.WriteNumber("ref"u8, state.reference);
        json.WriteString("status"u8, "error"u8);
        WriteFault(json, state.fault);
    });

    public PreparedFrame Error(Fault fault, string? topic) => Write((fault, topic), static (json, state) =>
    {
        json.WriteString("type"u8, "error"u8);
        if (state.topic is not null)
        {
            json.WriteString("topic"u8, state.topic);
        }
        WriteFault(json, state.fault);
    });

    public PreparedFrame Event(string topic, string name, ReadOnlySpan<byte> data, long offset)
    {
        using var scratch = JsonScratch.Take();
        var json = scratch.Writer;
        json.WriteStartObject();
        json.WriteString("type"u8, "event"u8);
        json.WriteString("topic"u8, topic);
        json.WriteString("event"u8, name);
        json.WritePropertyName("data"u8);
        // It came out of a serializer: checking it again would be the dearest part of a publish.
        json.WriteRawValue(data, skipInputValidation: true);
        if (offset > 0)
        {
            json.WriteNumber("offset"u8, offset);
        }
        json.WriteEndObject();
        json.Flush();
        return PreparedFrame.Of(scratch.Written);
    }

    public PreparedFrame Presence(string topic, IEnumerable<Member> members) => Write((topic, members), static (json, state) =>
    {
        json.WriteString("type"u8, "presence"u8);
        json.WriteString("topic"u8, state.topic);
        json.WriteStartArray("members"u8);
        foreach (var member in state.members)
        {
            WriteMember(json, member);
        }
        json.WriteEndArray();
    });

    public PreparedFrame PresenceChange(string topic, Member? joined, Member? left) => Write((topic, joined, left), static (json, state) =>
    {
        json.WriteString("type"u8, "presence"u8);
        json.WriteString("topic"u8, state.topic);
        json.WriteStartArray("joined"u8);
        if (state.joined is not null)
        {
            WriteMember(json, state.joined);
        }
        json.WriteEndArray();
        json.WriteStartArray("left"u8);
        if (state.left is not null)
        {
            json.WriteStringValue(state.left.Id);
        }
        json.WriteEndArray();
    });

    public PreparedFrame Reset(string topic, StreamPosition position) => Write((topic, position), static (json, state) =>
    {
        json.WriteString("type"u8, "reset"u8);
        json.WriteString("topic"u8, state.topic);
        json.WriteString("epoch"u8, state.position.Epoch);
        json.WriteNumber("offset"u8, state.position.Offset);
    });

    public PreparedFrame Away(TimeSpan reconnect) => Write(reconnect, static (json, reconnect) =>
    {
        json.WriteString("type"u8, "away"u8);
        json.WriteNumber("reconnect"u8, (long)reconnect.TotalMilliseconds);
    });

    private static PreparedFrame Write<TState>(TState state, Action<Utf8JsonWriter, TState> members)
    {
        using var scratch = JsonScratch.Take();
        scratch.Writer.WriteStartObject();
        members(scratch.Writer, state);
        scratch.Writer.WriteEndObject();
        scratch.Writer.Flush();
        return PreparedFrame.Of(scratch.Written);
    }

    private static void WriteFault(Utf8JsonWriter json, Fault fault)
    {
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, fault.Code);
        json.WriteString("message"u8, fault.Message);
        json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, Member member)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, member.Id);
        if (member.User is { } user)
        {
            json.WriteString("user"u8, user);
        }
        if (!member.DataJson.IsEmpty)
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(member.DataJson.Span, skipInputValidation: true);
        }
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, ReadOnlySpan<byte> name, object? value, JsonSerializerOptions options)
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, value, value.GetType(), options);
        }
    }
}
