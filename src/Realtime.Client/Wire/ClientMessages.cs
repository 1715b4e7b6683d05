using System.Buffers;
using System.Text.Json;

namespace Realtime;

/// <summary>Writes what a client says (docs/protocol.md).</summary>
/// <param name="format">How it goes over the wire.</param>
internal sealed class ClientMessages(MessageFormat format)
{
    public const int MaxBytes = 65_536;

    public byte[] Join(long reference, string topic, ReadOnlySpan<byte> data, int? history, TopicPlace? since)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = Begin(buffer, "join"u8, reference);
        json.WriteString("topic"u8, topic);
        WriteData(json, data);
        if (since is { } place)
        {
            json.WriteString("epoch"u8, place.Epoch);
            json.WriteNumber("offset"u8, place.Offset);
        }
        else if (history is { } count)
        {
            json.WriteNumber("history"u8, count);
        }
        return End(json, buffer);
    }

    public byte[] Leave(long reference, string topic)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using var json = Begin(buffer, "leave"u8, reference);
        json.WriteString("topic"u8, topic);
        return End(json, buffer);
    }

    public byte[] Event(long reference, string topic, string name, ReadOnlySpan<byte> data)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = Begin(buffer, "event"u8, reference);
        json.WriteString("topic"u8, topic);
        json.WriteString("event"u8, name);
        WriteData(json, data);
        return End(json, buffer);
    }

    public byte[] History(long reference, string topic, long? before, int? limit)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using var json = Begin(buffer, "history"u8, reference);
        json.WriteString("topic"u8, topic);
        if (before is { } offset)
        {
            json.WriteNumber("before"u8, offset);
        }
        if (limit is { } count)
        {
            json.WriteNumber("limit"u8, count);
        }
        return End(json, buffer);
    }

    public byte[] Ping(long reference)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using var json = Begin(buffer, "ping"u8, reference);
        return End(json, buffer);
    }

    public byte[] Authenticate(long reference, string token)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = Begin(buffer, "authenticate"u8, reference);
        json.WriteString("token"u8, token);
        return End(json, buffer);
    }

    private static Utf8JsonWriter Begin(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> type, long reference)
    {
        var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteNumber("ref"u8, reference);
        return json;
    }

    private static void WriteData(Utf8JsonWriter json, ReadOnlySpan<byte> data)
    {
        if (!data.IsEmpty)
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(data, skipInputValidation: true);
        }
    }

    private byte[] End(Utf8JsonWriter json, ArrayBufferWriter<byte> buffer)
    {
        json.WriteEndObject();
        json.Flush();
        var message = format.Write(buffer.WrittenSpan);
        // The server would close the whole connection for it.
        return message.Length <= MaxBytes
            ? message
            : throw new RealtimeException("too_large", $"A message may have {MaxBytes} bytes, and this one has {message.Length}: send less, or send a link to it.");
    }
}
