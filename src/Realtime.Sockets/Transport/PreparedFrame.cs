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

    private PreparedFrame(byte[] bytes) => Bytes = bytes;

    /// <summary>Header and payload.</summary>
    public byte[] Bytes { get; }

    /// <summary>Frames one whole message.</summary>
    public static PreparedFrame Of(ReadOnlySpan<byte> payload, WebSocketMessageType type = WebSocketMessageType.Text)
    {
        var headerLength = payload.Length switch { < 126 => 2, <= ushort.MaxValue => 4, _ => MaxHeaderLength };
        var bytes = GC.AllocateUninitializedArray<byte>(headerLength + payload.Length);
        // FIN, no extension, opcode 1 (text) or 2 (binary): RFC 6455, section 5.2.
        bytes[0] = (byte)(0x80 | (type == WebSocketMessageType.Text ? 1 : 2));
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
        return new PreparedFrame(bytes);
    }
}
