using System.Buffers.Binary;
using System.Text;

namespace Realtime.Sockets;

/// <summary>
/// Writes MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), each value in its shortest form, into memory that it
/// keeps from one use to the next.
/// </summary>
public sealed class MessagePackWriter
{
    private const int KeepCapacity = 64 * 1024;
    private const int LongestShortText = 31;

    [ThreadStatic]
    private static MessagePackWriter? _kept;

    private byte[] _buffer = new byte[1024];
    private int _length;

    /// <summary>What was written, until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    internal int Length => _length;

    /// <summary>Whether its memory is of a size to be kept for the next use.</summary>
    internal bool IsWorthKeeping => _buffer.Length <= KeepCapacity;

    /// <summary>How many containers the value that is being written is in; kept by those who write values of unknown depth.</summary>
    internal int Depth { get; set; }

    /// <summary>Whether something was written that JSON has no words for: bytes or an instant.</summary>
    internal bool SaysMoreThanJson { get; private set; }

    /// <summary>Forgets what was written.</summary>
    public void Clear()
    {
        (_length, Depth, SaysMoreThanJson) = (0, 0, false);
    }

    /// <summary>Writes nil.</summary>
    public void WriteNil() => Byte(MessagePackCode.Nil);

    /// <summary>Writes a boolean.</summary>
    /// <param name="value">The value.</param>
    public void Write(bool value) => Byte(value ? MessagePackCode.True : MessagePackCode.False);

    /// <summary>Writes a whole number.</summary>
    /// <param name="value">The value.</param>
    public void Write(long value)
    {
        if (value >= 0)
        {
            Write((ulong)value);
        }
        else if (value >= -32)
        {
            Byte((byte)value);
        }
        else if (value >= sbyte.MinValue)
        {
            var room = Room(2);
            room[1] = (byte)value;
            room[0] = MessagePackCode.Int8;
        }
        else if (value >= short.MinValue)
        {
            var room = Room(3);
            room[0] = MessagePackCode.Int16;
            BinaryPrimitives.WriteInt16BigEndian(room[1..], (short)value);
        }
        else if (value >= int.MinValue)
        {
            var room = Room(5);
            room[0] = MessagePackCode.Int32;
            BinaryPrimitives.WriteInt32BigEndian(room[1..], (int)value);
        }
        else
        {
            var room = Room(9);
            room[0] = MessagePackCode.Int64;
            BinaryPrimitives.WriteInt64BigEndian(room[1..], value);
        }
    }

    /// <summary>Writes a whole number.</summary>
    /// <param name="value">The value.</param>
    public void Write(ulong value)
    {
        switch (value)
        {
            case <= 0x7f:
                Byte((byte)value);
                break;
            case <= byte.MaxValue:
                Header8(MessagePackCode.UInt8, (byte)value);
                break;
            case <= ushort.MaxValue:
                Header16(MessagePackCode.UInt16, (ushort)value);
                break;
            case <= uint.MaxValue:
                Header32(MessagePackCode.UInt32, (uint)value);
                break;
            default:
                var room = Room(9);
                room[0] = MessagePackCode.UInt64;
                BinaryPrimitives.WriteUInt64BigEndian(room[1..], value);
                break;
        }
    }

    /// <summary>Writes a floating-point number of 64 bits.</summary>
    /// <param name="value">The value.</param>
    public void Write(double value)
    {
        var room = Room(9);
        room[0] = MessagePackCode.Float64;
        BinaryPrimitives.WriteDoubleBigEndian(room[1..], value);
    }

    /// <summary>Writes a floating-point number of 32 bits.</summary>
    /// <param name="value">The value.</param>
    public void Write(float value)
    {
        var room = Room(5);
        room[0] = MessagePackCode.Float32;
        BinaryPrimitives.WriteSingleBigEndian(room[1..], value);
    }

    /// <summary>Writes text. Half of a surrogate pair, which UTF-8 cannot say, becomes U+FFFD.</summary>
    /// <param name="value">The text.</param>
    public void Write(ReadOnlySpan<char> value)
    {
        if (value.Length <= LongestShortText)
        {
            // Most text is short and ASCII: encoded in place, behind the one byte of header that it will probably have.
            var room = Room(1 + (value.Length * 3));
            var length = Encoding.UTF8.GetBytes(value, room[1..]);
            if (length <= LongestShortText)
            {
                room[0] = (byte)(MessagePackCode.FixStr | length);
                _length -= room.Length - 1 - length;
                return;
            }
            _length -= room.Length;
        }
        StringHeader(Encoding.UTF8.GetByteCount(value));
        _ = Encoding.UTF8.GetBytes(value, Room(Encoding.UTF8.GetByteCount(value)));
    }

    /// <summary>Writes text that is UTF-8 already.</summary>
    /// <param name="value">The text; it is not checked.</param>
    public void WriteUtf8(ReadOnlySpan<byte> value)
    {
        StringHeader(value.Length);
        WriteRaw(value);
    }

    /// <summary>Writes bytes.</summary>
    /// <param name="value">The bytes.</param>
    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        Header((MessagePackCode.Bin8, MessagePackCode.Bin16, MessagePackCode.Bin32), value.Length);
        WriteRaw(value);
        SaysMoreThanJson = true;
    }

    /// <summary>Writes the beginning of an array; <paramref name="count"/> values follow.</summary>
    /// <param name="count">How many.</param>
    public void WriteArrayHeader(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count <= 15)
        {
            Byte((byte)(MessagePackCode.FixArray | count));
        }
        else if (count <= ushort.MaxValue)
        {
            Header16(MessagePackCode.Array16, (ushort)count);
        }
        else
        {
            Header32(MessagePackCode.Array32, (uint)count);
        }
    }

    /// <summary>Writes the beginning of a map; <paramref name="count"/> pairs follow, each a key (for this house always text) and a value.</summary>
    /// <param name="count">How many pairs.</param>
    public void WriteMapHeader(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count <= 15)
        {
            Byte((byte)(MessagePackCode.FixMap | count));
        }
        else if (count <= ushort.MaxValue)
        {
            Header16(MessagePackCode.Map16, (ushort)count);
        }
        else
        {
            Header32(MessagePackCode.Map32, (uint)count);
        }
    }

    /// <summary>Writes an instant as the timestamp extension, in the shortest of its three sizes.</summary>
    /// <param name="seconds">Seconds since 1970-01-01T00:00:00Z, negative before.</param>
    /// <param name="nanoseconds">Nanoseconds behind that second, 0 to 999,999,999.</param>
    public void WriteTimestamp(long seconds, int nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nanoseconds, 999_999_999);
        SaysMoreThanJson = true;
        if (seconds >> 34 != 0)
        {
            var room = Room(15);
            (room[0], room[1], room[2]) = (MessagePackCode.Ext8, 12, MessagePackCode.TimestampByte);
            BinaryPrimitives.WriteInt32BigEndian(room[3..], nanoseconds);
            BinaryPrimitives.WriteInt64BigEndian(room[7..], seconds);
        }
        else if (nanoseconds != 0 || seconds > uint.MaxValue)
        {
            var room = Room(10);
            (room[0], room[1]) = (MessagePackCode.FixExt8, MessagePackCode.TimestampByte);
            BinaryPrimitives.WriteUInt64BigEndian(room[2..], ((ulong)nanoseconds << 34) | (ulong)seconds);
        }
        else
        {
            var room = Room(6);
            (room[0], room[1]) = (MessagePackCode.FixExt4, MessagePackCode.TimestampByte);
            BinaryPrimitives.WriteUInt32BigEndian(room[2..], (uint)seconds);
        }
    }

    /// <summary>Writes an instant as the timestamp extension.</summary>
    /// <param name="utc">The instant; its <see cref="DateTime.Kind"/> is not looked at.</param>
    public void WriteTimestamp(DateTime utc)
    {
        var ticks = utc.Ticks - DateTime.UnixEpoch.Ticks;
        // Towards the past, so that the part behind the second is never negative.
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }
        WriteTimestamp(seconds, (int)rest * 100);
    }

    /// <summary>Writes an extension.</summary>
    /// <param name="type">Its type: 0 to 127 for applications, below 0 as the specification says.</param>
    /// <param name="value">Its bytes.</param>
    public void WriteExtension(sbyte type, ReadOnlySpan<byte> value)
    {
        switch (value.Length)
        {
            case 1 or 2 or 4 or 8 or 16:
                Byte((byte)(MessagePackCode.FixExt1 + int.Log2(value.Length)));
                break;
            default:
                Header((MessagePackCode.Ext8, MessagePackCode.Ext16, MessagePackCode.Ext32), value.Length);
                break;
        }
        Byte((byte)type);
        WriteRaw(value);
        SaysMoreThanJson = true;
    }

    /// <summary>Writes bytes that are MessagePack already.</summary>
    /// <param name="value">The bytes; they are not checked.</param>
    public void WriteRaw(ReadOnlySpan<byte> value) => value.CopyTo(Room(value.Length));

    internal void WriteEncoded(byte[] value) => WriteRaw(value);

    /// <summary>Takes this thread's writer, to be given back with <see cref="Return"/>: somebody's converter that writes while it is written with gets another one.</summary>
    internal static MessagePackWriter Take()
    {
        var writer = _kept ?? new MessagePackWriter();
        _kept = null;
        return writer;
    }

    internal void Return()
    {
        Clear();
        if (IsWorthKeeping)
        {
            _kept = this;
        }
    }

    /// <summary>Begins an array or a map whose length is told at its end.</summary>
    /// <returns>Where it begins, for <see cref="End"/>.</returns>
    internal int Begin()
    {
        Byte(0);
        return _length - 1;
    }

    /// <summary>Ends what <see cref="Begin"/> began; a header that needs more than its one byte moves what is behind it.</summary>
    internal void End(int start, int count, bool isMap)
    {
        if (count <= 15)
        {
            _buffer[start] = (byte)((isMap ? MessagePackCode.FixMap : MessagePackCode.FixArray) | count);
            return;
        }
        var end = _length;
        var more = count <= ushort.MaxValue ? 2 : 4;
        _ = Room(more);
        _buffer.AsSpan((start + 1)..end).CopyTo(_buffer.AsSpan(start + 1 + more));
        _length = start;
        if (isMap)
        {
            WriteMapHeader(count);
        }
        else
        {
            WriteArrayHeader(count);
        }
        _length = end + more;
    }

    /// <summary>Room for UTF-8 text of at most so many bytes; <see cref="EndText"/> says how many it became.</summary>
    internal Span<byte> BeginText(int most, out int start)
    {
        start = _length;
        return Room(5 + most)[5..];
    }

    internal void EndText(int start, int length)
    {
        _length = start;
        StringHeader(length);
        _buffer.AsSpan(start + 5, length).CopyTo(_buffer.AsSpan(_length));
        _length += length;
    }

    /// <summary>Forgets what was written behind a length.</summary>
    internal void Rewind(int length) => _length = length;

    private void StringHeader(int length)
    {
        if (length <= LongestShortText)
        {
            Byte((byte)(MessagePackCode.FixStr | length));
        }
        else
        {
            Header((MessagePackCode.Str8, MessagePackCode.Str16, MessagePackCode.Str32), length);
        }
    }

    private void Header((byte By8, byte By16, byte By32) codes, int length)
    {
        if (length <= byte.MaxValue)
        {
            Header8(codes.By8, (byte)length);
        }
        else if (length <= ushort.MaxValue)
        {
            Header16(codes.By16, (ushort)length);
        }
        else
        {
            Header32(codes.By32, (uint)length);
        }
    }

    private void Byte(byte value)
    {
        if (_length == _buffer.Length)
        {
            Grow(1);
        }
        _buffer[_length++] = value;
    }

    private void Header8(byte code, byte value)
    {
        var room = Room(2);
        room[1] = value;
        room[0] = code;
    }

    private void Header16(byte code, ushort value)
    {
        var room = Room(3);
        room[0] = code;
        BinaryPrimitives.WriteUInt16BigEndian(room[1..], value);
    }

    private void Header32(byte code, uint value)
    {
        var room = Room(5);
        room[0] = code;
        BinaryPrimitives.WriteUInt32BigEndian(room[1..], value);
    }

    private Span<byte> Room(int length)
    {
        if (_buffer.Length - _length < length)
        {
            Grow(length);
        }
        var room = _buffer.AsSpan(_length, length);
        _length += length;
        return room;
    }

    private void Grow(int length) => Array.Resize(ref _buffer, (int)Math.Min(Math.Max(_buffer.Length * 2L, (long)_length + length), Array.MaxLength));
}
