using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>The realtime protocol as MessagePack in binary frames: <c>realtime.v1.msgpack</c>.</summary>
/// <param name="index">Its place among the codecs of its endpoint.</param>
/// <param name="options">How the data of apps is written.</param>
internal class MessagePackCodec(int index, JsonSerializerOptions options) : WireCodec(index, options)
{
    public override string Subprotocol => "realtime.v1.msgpack";

    public override WebSocketMessageType MessageType => WebSocketMessageType.Binary;

    public override bool TryRead(ReadOnlyMemory<byte> bytes, out ClientMessage message, out Fault fault) =>
        MessagePackMessageReader.TryRead(bytes, out message, out fault);

    public override T? ReadData<T>(ReadOnlyMemory<byte> data, JsonTypeInfo<T> contract)
        where T : default => MessagePackValue.Deserialize(data, contract);

    protected sealed override PreparedFrame Write<TState>(TState state, Action<EnvelopeWriter, TState> members)
    {
        var envelope = MessagePackEnvelopeWriter.Take();
        try
        {
            envelope.StartMap();
            members(envelope, state);
            envelope.EndMap();
            return Frame(envelope.Written);
        }
        finally
        {
            envelope.Return();
        }
    }

    /// <summary>Frames one message.</summary>
    protected virtual PreparedFrame Frame(ReadOnlyMemory<byte> message) => PreparedFrame.Of(message.Span, WebSocketMessageType.Binary);
}
