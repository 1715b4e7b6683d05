using System.Buffers;
using System.IO.Compression;

namespace Realtime.Sockets.Tests.Wire;

// The example of docs/codecs.md, which BrotliCodecTests compares with this file.
internal sealed class BrotliCodec : ICodec
{
    private const int MaxMessageSize = 256 * 1024;

    public string Subprotocol => "realtime.v1.msgpack-br";

    public void Read(ReadOnlyMemory<byte> message, MessagePackWriter output)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxMessageSize);
        try
        {
            // Within a limit: a few bytes may become as many as their sender likes.
            if (!BrotliDecoder.TryDecompress(message.Span, buffer, out var length))
            {
                throw new FormatException("This is not Brotli, or too large.");
            }
            output.WriteRaw(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Write(MessagePackReader message, IBufferWriter<byte> output)
    {
        var bytes = message.Skip().Span;
        var room = output.GetSpan(BrotliEncoder.GetMaxCompressedLength(bytes.Length));
        BrotliEncoder.TryCompress(bytes, room, out var length, quality: 4, window: 18);
        output.Advance(length);
    }
}
