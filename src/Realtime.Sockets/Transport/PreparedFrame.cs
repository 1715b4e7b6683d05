using System.Buffers.Binary;
using System.Net.WebSockets;

namespace Realtime.Sockets;

/// <summary>
/// One whole frame as it goes on the wire. A server's frames are unmasked (RFC 6455, section 5.1), so one frame serves
/// every receiver: nothing that belongs to one connection may be in it.
/// </summary>
internal sealed class PreparedFrame
{
    /// <summary>The longest header that an unmasked frame can have.</summary>
    public const int MaxHeaderLength = 10;

    /// <summary>A ping without a payload (RFC 6455, section 5.5.2).</summary>
    public static readonly PreparedFrame Ping = new([0x89, 0]);

    private byte[]? _compressed;

    private PreparedFrame(byte[] bytes) => Bytes = bytes;

    /// <summary>Header and payload.</summary>
    public byte[] Bytes { get; }

    /// <summary>
    /// Header and compressed payload, for peers that speak compression; the frame as it is where it is small or does not get smaller.
    /// Compressed at most once for all receivers: two that compress at once make the same bytes twice, which is harmless.
    /// </summary>
    /// <param name="threshold">From how many bytes on a message is compressed.</param>
    public byte[] Compressed(int threshold) => Bytes.Length < threshold || FrameHeader.IsControl(Bytes) ? Bytes : _compressed ??= Compress();

    /// <summary>Frames one whole message.</summary>
    public static PreparedFrame Of(ReadOnlySpan<byte> payload, WebSocketMessageType type = WebSocketMessageType.Text)
    {
        // FIN, no extension, opcode 1 (text) or 2 (binary): RFC 6455, section 5.2.
        return new PreparedFrame(Frame((byte)(0x80 | (type == WebSocketMessageType.Text ? 1 : 2)), payload));
    }

    /// <summary>A frame without a payload.</summary>
    /// <param name="first">Its first byte.</param>
    public static PreparedFrame OfHeader(byte first) => new([first, 0]);

    private byte[] Compress()
    {
        var headerLength = Bytes[1] switch { < 126 => 2, 126 => 4, _ => MaxHeaderLength };
        var deflated = MessageDeflater.Deflate(Bytes.AsMemory(headerLength));
        // The first reserved bit says that the message is compressed (RFC 7692, section 6).
        return deflated.Length < Bytes.Length - headerLength ? Frame((byte)(Bytes[0] | 0x40), deflated.Span) : Bytes;
    }

    private static byte[] Frame(byte first, ReadOnlySpan<byte> payload)
    {
        var headerLength = payload.Length switch { < 126 => 2, <= ushort.MaxValue => 4, _ => MaxHeaderLength };
        var bytes = GC.AllocateUninitializedArray<byte>(headerLength + payload.Length);
        bytes[0] = first;
        switch (headerLength)
        {
            case 2:
                bytes[1] = (byte)payload.Length;
                break;
            case 4:
                bytes[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)payload.Length);
                break;
            default:
                bytes[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(2), (ulong)payload.Length);
                break;
        }
        payload.CopyTo(bytes.AsSpan(headerLength));
        return bytes;
    }
}
