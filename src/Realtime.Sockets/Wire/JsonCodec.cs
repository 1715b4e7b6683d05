using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>The realtime protocol as JSON in text frames: <c>realtime.v1.json</c>.</summary>
/// <param name="index">Its place among the codecs of its endpoint.</param>
/// <param name="options">How the data of apps is written.</param>
internal sealed class JsonCodec(int index, JsonSerializerOptions options) : WireCodec(index, options)
{
    public override string Subprotocol => "realtime.v1.json";

    public override WebSocketMessageType MessageType => WebSocketMessageType.Text;

    public override bool TryRead(ReadOnlyMemory<byte> bytes, out ClientMessage message, out Fault fault) =>
        new JsonMessageReader(bytes).TryRead(out message, out fault);

    /// <summary>
    /// A value that misses what tells which derived type it is makes the serializer say that the type is not supported. It is the client's fault nevertheless.
    /// </summary>
    public static JsonException Unfit(NotSupportedException exception) => new("The value does not tell of which type it is.", exception);

    public override T? ReadData<T>(ReadOnlyMemory<byte> data, JsonTypeInfo<T> contract)
        where T : default
    {
        try
        {
            return JsonSerializer.Deserialize(data.Span, contract);
        }
        catch (NotSupportedException exception)
        {
            throw Unfit(exception);
        }
    }

    protected override PreparedFrame Write<TState>(TState state, Action<EnvelopeWriter, TState> members)
    {
        using var scratch = JsonScratch.Take();
        scratch.Writer.WriteStartObject();
        members(scratch.Envelope, state);
        scratch.Writer.WriteEndObject();
        scratch.Writer.Flush();
        return PreparedFrame.Of(scratch.Written);
    }
}
