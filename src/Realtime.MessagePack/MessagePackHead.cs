using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Realtime.Sockets;

/// <summary>One MessagePack value without what is in it: its type, its number or its length, and where its content begins.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct MessagePackHead
{
    private MessagePackHead(MessagePackType type, int content, int length, ulong bits = 0, sbyte extension = 0)
    {
        Type = type;
        Content = content;
        Length = length;
        Bits = bits;
        Extension = extension;
    }

    public MessagePackType Type { get; }

    /// <summary>Where the content begins: text, bytes, or the first value of a container.</summary>
    public int Content { get; }

    /// <summary>How many bytes of text or bytes, how many values of an array, how many pairs of a map.</summary>
    public int Length { get; }

    /// <summary>A number's bits, sign-extended; for a float those of its 64-bit form; 1 for true.</summary>
    public ulong Bits { get; }

    /// <summary>Whether <see cref="Bits"/> are to be read as a negative number.</summary>
    public bool IsNegative => Extension != 0 && Type == MessagePackType.Integer;

    /// <summary>An extension's type.</summary>
    public sbyte Extension { get; }

    /// <summary>Where the next value begins, for all but containers.</summary>
    public int End => Type is MessagePackType.String or MessagePackType.Binary or MessagePackType.Extension or MessagePackType.Timestamp ? Content + Length : Content;

    /// <summary>Reads the head of the value at a position, and checks all of a value that is no container.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public static string? Read(ReadOnlySpan<byte> bytes, int position, out MessagePackHead head)
    {
        head = default;
        if ((uint)position >= (uint)bytes.Length)
        {
            return "The message ends where a value should be.";
        }
        var code = bytes[position];
        var rest = bytes[(position + 1)..];
        var content = position + 1;
        switch (code)
        {
            case <= 0x7f:
                head = new(MessagePackType.Integer, content, 0, code);
                return null;
            case >= 0xe0:
                head = Signed(content, (sbyte)code);
                return null;
            case < MessagePackCode.FixArray:
                return Container(MessagePackType.Map, content, code & 0x0f, rest.Length, out head);
            case < MessagePackCode.FixStr:
                return Container(MessagePackType.Array, content, code & 0x0f, rest.Length, out head);
            case < MessagePackCode.Nil:
                return Text(bytes, content, code & 0x1f, out head);
        }
        var size = SizeOf(code);
        if (size < 0)
        {
            return "The byte 0xc1 begins no value.";
        }
        if (rest.Length < size)
        {
            return "The message ends within a value.";
        }
        content += size;
        var number = size switch
        {
            0 => 0UL,
            1 => rest[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(rest),
            4 => BinaryPrimitives.ReadUInt32BigEndian(rest),
            _ => BinaryPrimitives.ReadUInt64BigEndian(rest),
        };
        switch (code)
        {
            case MessagePackCode.Nil:
                head = new(MessagePackType.Nil, content, 0);
                return null;
            case MessagePackCode.False or MessagePackCode.True:
                head = new(MessagePackType.Boolean, content, 0, (ulong)(code - MessagePackCode.False));
                return null;
            case MessagePackCode.Float32:
                head = new(MessagePackType.Float, content, 0, BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)number)));
                return null;
            case MessagePackCode.Float64:
                head = new(MessagePackType.Float, content, 0, number);
                return null;
            case >= MessagePackCode.UInt8 and <= MessagePackCode.UInt64:
                head = new(MessagePackType.Integer, content, 0, number);
                return null;
            case >= MessagePackCode.Int8 and <= MessagePackCode.Int64:
                head = Signed(content, size switch { 1 => (sbyte)number, 2 => (short)number, 4 => (int)number, _ => (long)number });
                return null;
            case >= MessagePackCode.Str8 and <= MessagePackCode.Str32:
                return Text(bytes, content, number, out head);
            case >= MessagePackCode.Bin8 and <= MessagePackCode.Bin32:
                head = new(MessagePackType.Binary, content, (int)Math.Min(number, int.MaxValue));
                return number <= (ulong)(bytes.Length - content) ? null : "The message ends within bytes.";
            case MessagePackCode.Array16 or MessagePackCode.Array32:
                return Container(MessagePackType.Array, content, number, bytes.Length - content, out head);
            case MessagePackCode.Map16 or MessagePackCode.Map32:
                return Container(MessagePackType.Map, content, number, bytes.Length - content, out head);
            case >= MessagePackCode.FixExt1 and <= MessagePackCode.FixExt16:
                return Extended(bytes, content, 1UL << (code - MessagePackCode.FixExt1), out head);
            default:
                return Extended(bytes, content, number, out head);
        }
    }

    /// <summary>An instant's seconds since 1970 and the nanoseconds behind them.</summary>
    public (long Seconds, uint Nanoseconds) Instant(ReadOnlySpan<byte> bytes) => ReadInstant(bytes.Slice(Content, Length));

    // How many bytes behind the code are the number or the length; -1 for the code that is never used.
    private static int SizeOf(byte code) => code switch
    {
        MessagePackCode.NeverUsed => -1,
        MessagePackCode.UInt8 or MessagePackCode.Int8 or MessagePackCode.Str8 or MessagePackCode.Bin8 or MessagePackCode.Ext8 => 1,
        MessagePackCode.UInt16 or MessagePackCode.Int16 or MessagePackCode.Str16 or MessagePackCode.Bin16 or MessagePackCode.Ext16
            or MessagePackCode.Array16 or MessagePackCode.Map16 => 2,
        MessagePackCode.UInt32 or MessagePackCode.Int32 or MessagePackCode.Str32 or MessagePackCode.Bin32 or MessagePackCode.Ext32
            or MessagePackCode.Array32 or MessagePackCode.Map32 or MessagePackCode.Float32 => 4,
        MessagePackCode.UInt64 or MessagePackCode.Int64 or MessagePackCode.Float64 => 8,
        _ => 0,
    };

    // The sign is kept in the place of the extension's type, which a number has not.
    private static MessagePackHead Signed(int content, long value) =>
        new(MessagePackType.Integer, content, 0, (ulong)value, extension: (sbyte)(value < 0 ? -1 : 0));

    // Each value takes a byte at least: a count that promises more than there is must not make anybody reserve memory for it.
    private static string? Container(MessagePackType type, int content, int count, int rest, out MessagePackHead head) =>
        Container(type, content, (ulong)count, rest, out head);

    private static string? Container(MessagePackType type, int content, ulong count, int rest, out MessagePackHead head)
    {
        head = new(type, content, (int)Math.Min(count, int.MaxValue));
        return (type == MessagePackType.Map ? count * 2 : count) <= (ulong)rest ? null : "The message ends within a container: its count promises more.";
    }

    private static string? Text(ReadOnlySpan<byte> bytes, int content, int length, out MessagePackHead head) => Text(bytes, content, (ulong)length, out head);

    private static string? Text(ReadOnlySpan<byte> bytes, int content, ulong length, out MessagePackHead head)
    {
        head = new(MessagePackType.String, content, (int)Math.Min(length, int.MaxValue));
        if (length > (ulong)(bytes.Length - content))
        {
            return "The message ends within text.";
        }
        return Utf8.IsValid(bytes.Slice(content, (int)length)) ? null : "The text is not UTF-8.";
    }

    private static string? Extended(ReadOnlySpan<byte> bytes, int content, ulong length, out MessagePackHead head)
    {
        head = default;
        if (length >= (ulong)(bytes.Length - content))
        {
            return "The message ends within an extension.";
        }
        var type = (sbyte)bytes[content];
        head = new(type == -1 ? MessagePackType.Timestamp : MessagePackType.Extension, content + 1, (int)length, extension: type);
        if (type != -1)
        {
            return null;
        }
        return length is 4 or 8 or 12 && head.Instant(bytes).Nanoseconds <= 999_999_999 ? null : "The timestamp is none: it has 4, 8 or 12 bytes, and less than a second of nanoseconds.";
    }

    private static (long Seconds, uint Nanoseconds) ReadInstant(ReadOnlySpan<byte> content)
    {
        switch (content.Length)
        {
            case 4:
                return (BinaryPrimitives.ReadUInt32BigEndian(content), 0);
            case 8:
                var both = BinaryPrimitives.ReadUInt64BigEndian(content);
                return ((long)(both & 0x3_ffff_ffff), (uint)(both >> 34));
            default:
                return (BinaryPrimitives.ReadInt64BigEndian(content[4..]), BinaryPrimitives.ReadUInt32BigEndian(content));
        }
    }
}
