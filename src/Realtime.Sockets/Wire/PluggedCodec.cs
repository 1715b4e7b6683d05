using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>The realtime protocol in a format that an app brings along.</summary>
/// <param name="index">Its place among the codecs of its endpoint.</param>
/// <param name="options">How the data of apps is written.</param>
/// <param name="codec">The app's codec.</param>
internal sealed class PluggedCodec(int index, JsonSerializerOptions options, ICodec codec) : MessagePackCodec(index, options)
{
    public override string Subprotocol { get; } = codec.Subprotocol;

    public override WebSocketMessageType MessageType { get; } = codec.MessageType;

    public override bool TryRead(ReadOnlyMemory<byte> bytes, out ClientMessage message, out Fault fault)
    {
        var writer = MessagePackWriter.Take();
        try
        {
            codec.Read(bytes, writer);
            // A copy: a handler may take its time, and the writer is somebody else's by then.
            return base.TryRead(writer.Written.ToArray(), out message, out fault);
        }
        catch (Exception)
        {
            // Bytes of a client's own choosing: whatever they make a parser throw, the answer is the same, and nobody's log is full of it.
            (message, fault) = (default, Fault.BadMessage($"This is no message in the format of {Subprotocol}."));
            return false;
        }
        finally
        {
            writer.Return();
        }
    }

    protected override PreparedFrame Frame(ReadOnlyMemory<byte> message)
    {
        var output = new ArrayBufferWriter<byte>(message.Length + 64);
        codec.Write(new MessagePackReader(message), output);
        return PreparedFrame.Of(output.WrittenSpan, MessageType);
    }
}
