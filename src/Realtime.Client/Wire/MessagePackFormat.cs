using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Realtime.Sockets;

namespace Realtime;

/// <summary>
/// MessagePack: bytes come as base64 and instants as ISO 8601, which is what the contracts of JSON read. So a program's types need no second
/// contract, and no reflection.
/// </summary>
internal sealed class MessagePackFormat : MessageFormat
{
    // What a program sends is as deep as its serializer lets it be; a server's answer is as deep as the reader behind this takes.
    private const int MaxDepth = 256;

    public override string Subprotocol => "realtime.v1.msgpack";

    public override WebSocketMessageType Type => WebSocketMessageType.Binary;

    public override byte[] Write(ReadOnlySpan<byte> json)
    {
        var writer = MessagePackWriter.Take();
        try
        {
            MessagePackJson.FromJson(json, writer, MaxDepth);
            return writer.Written.ToArray();
        }
        finally
        {
            writer.Return();
        }
    }

    public override ReadOnlyMemory<byte>? Read(ReadOnlyMemory<byte> message)
    {
        var reader = MessagePackReader.Take(message);
        try
        {
            var buffer = new ArrayBufferWriter<byte>(Math.Max(256, message.Length * 2));
            using var json = new Utf8JsonWriter(buffer);
            MessagePackJson.ToJson(reader, json, MaxDepth);
            json.Flush();
            return reader.IsAtEnd ? buffer.WrittenMemory : null;
        }
        catch (Exception exception) when (exception is JsonException or MessagePackException or ArgumentException or InvalidOperationException)
        {
            // Malformed, or what JSON has no words for: no message.
            return null;
        }
        finally
        {
            reader.Return();
        }
    }
}
