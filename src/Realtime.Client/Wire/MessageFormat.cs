using System.Net.WebSockets;

namespace Realtime;

/// <summary>How messages go over the wire. The client itself knows them as JSON.</summary>
internal abstract class MessageFormat
{
    public static MessageFormat Json { get; } = new JsonFormat();

    public static MessageFormat MessagePack { get; } = new MessagePackFormat();

    /// <summary>The WebSocket subprotocol that names it.</summary>
    public abstract string Subprotocol { get; }

    /// <summary>The only kind of message that is in this format.</summary>
    public abstract WebSocketMessageType Type { get; }

    /// <summary>A message as it goes out.</summary>
    public abstract byte[] Write(ReadOnlySpan<byte> json);

    /// <summary>A message that came, as JSON of its own; null for what is none.</summary>
    /// <param name="message">The message, which is not kept.</param>
    public abstract ReadOnlyMemory<byte>? Read(ReadOnlyMemory<byte> message);

    private sealed class JsonFormat : MessageFormat
    {
        public override string Subprotocol => "realtime.v1.json";

        public override WebSocketMessageType Type => WebSocketMessageType.Text;

        public override byte[] Write(ReadOnlySpan<byte> json) => json.ToArray();

        public override ReadOnlyMemory<byte>? Read(ReadOnlyMemory<byte> message) => message.ToArray();
    }
}
