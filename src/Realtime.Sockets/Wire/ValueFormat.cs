using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>How a raw route writes and reads its typed messages: as JSON, or as MessagePack where the subprotocol says so.</summary>
internal abstract class ValueFormat
{
    public static readonly ValueFormat Json = new JsonFormat();

    public static readonly ValueFormat MessagePack = new MessagePackFormat();

    /// <summary>Text or binary: what a message in this format is sent as. It is read from either.</summary>
    public abstract WebSocketMessageType MessageType { get; }

    /// <summary>The format's name, for people.</summary>
    public abstract string Name { get; }

    /// <summary>The format that a subprotocol asks for: MessagePack for <c>msgpack</c> and for whatever ends with <c>.msgpack</c>, else JSON.</summary>
    public static ValueFormat Of(string? subprotocol) =>
        subprotocol is not null && (subprotocol is "msgpack" || subprotocol.EndsWith(".msgpack", StringComparison.Ordinal)) ? MessagePack : Json;

    /// <summary>Writes a value.</summary>
    public abstract byte[] Write<T>(T value, JsonSerializerOptions options);

    /// <summary>Reads a value.</summary>
    /// <exception cref="JsonException">It is none, or does not fit the type; its path says where.</exception>
    public abstract T? Read<T>(ReadOnlyMemory<byte> bytes, JsonSerializerOptions options);

    private sealed class JsonFormat : ValueFormat
    {
        public override WebSocketMessageType MessageType => WebSocketMessageType.Text;

        public override string Name => "JSON";

        public override byte[] Write<T>(T value, JsonSerializerOptions options) => JsonScratch.Serialize(value, options);

        public override T? Read<T>(ReadOnlyMemory<byte> bytes, JsonSerializerOptions options)
            where T : default => JsonSerializer.Deserialize<T>(bytes.Span, options);
    }

    private sealed class MessagePackFormat : ValueFormat
    {
        public override WebSocketMessageType MessageType => WebSocketMessageType.Binary;

        public override string Name => "MessagePack";

        public override byte[] Write<T>(T value, JsonSerializerOptions options) => MessagePackValue.Serialize(value, options);

        public override T? Read<T>(ReadOnlyMemory<byte> bytes, JsonSerializerOptions options)
            where T : default => MessagePackValue.Deserialize(bytes, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }
}
