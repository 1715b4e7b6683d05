using System.Buffers.Binary;
using System.Text;

namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>One frame as a server sent it.</summary>
internal readonly record struct ServerFrame(bool IsLast, int Reserved, int Opcode, byte[] Payload)
{
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>A close frame's code: 1005 where it has none.</summary>
    public int Code => Payload.Length < 2 ? 1005 : BinaryPrimitives.ReadUInt16BigEndian(Payload);

    /// <summary>How the tests' tables write it down: <c>text:hello</c>, <c>pong:01</c>, <c>close:1000</c>.</summary>
    public override string ToString() => (IsLast ? "" : "part of ") + (Reserved == 0 ? "" : $"rsv{Reserved} ") + Opcode switch
    {
        Frame.Continuation => $"more:{Text}",
        Frame.Text => $"text:{(Payload.Length > 200 ? $"{Payload.Length} bytes" : Text)}",
        Frame.Binary => $"binary:{(Payload.Length > 200 ? $"{Payload.Length} bytes" : Convert.ToHexString(Payload))}",
        Frame.Ping => $"ping:{Convert.ToHexString(Payload)}",
        Frame.Pong => $"pong:{Convert.ToHexString(Payload)}",
        Frame.Close => $"close:{Code}",
        _ => $"opcode {Opcode}",
    };
}

/// <summary>Frames by hand, right and wrong, as a client sends them (RFC 6455, section 5.2).</summary>
internal static class Frame
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    private static readonly byte[] Mask = [0x37, 0xFA, 0x21, 0x3D];

    /// <summary>Makes a frame.</summary>
    /// <param name="opcode">The opcode, 0 to 15.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="last">Whether FIN is set.</param>
    /// <param name="reserved">The reserved bits: 4 for RSV1, 2 for RSV2, 1 for RSV3.</param>
    /// <param name="masked">Whether it is masked, as a client's must be.</param>
    /// <param name="lengthBytes">How many bytes carry the length: 0 (in the second byte), 2 or 8; null for as few as will do.</param>
    public static byte[] Of(int opcode, ReadOnlySpan<byte> payload, bool last = true, int reserved = 0, bool masked = true, int? lengthBytes = null)
    {
        var frame = new List<byte> { (byte)((last ? 0x80 : 0) | (reserved << 4) | opcode) };
        var maskBit = masked ? 0x80 : 0;
        switch (lengthBytes ?? payload.Length switch { < 126 => 0, <= 65_535 => 2, _ => 8 })
        {
            case 0:
                frame.Add((byte)(maskBit | payload.Length));
                break;
            case 2:
                frame.AddRange([(byte)(maskBit | 126), (byte)(payload.Length >> 8), (byte)payload.Length]);
                break;
            default:
                var length = new byte[8];
                BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)payload.Length);
                frame.AddRange([(byte)(maskBit | 127), .. length]);
                break;
        }
        if (!masked)
        {
            return [.. frame, .. payload];
        }
        frame.AddRange(Mask);
        for (var index = 0; index < payload.Length; index++)
        {
            frame.Add((byte)(payload[index] ^ Mask[index % 4]));
        }
        return [.. frame];
    }

    public static byte[] Of(int opcode, string payload, bool last = true, int reserved = 0) => Of(opcode, Encoding.UTF8.GetBytes(payload), last, reserved);

    /// <summary>A close frame with a code.</summary>
    public static byte[] CloseWith(int code, ReadOnlySpan<byte> reason = default) => Of(Close, [(byte)(code >> 8), (byte)code, .. reason]);
}
