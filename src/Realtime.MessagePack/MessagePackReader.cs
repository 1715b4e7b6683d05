using System.Runtime.InteropServices;
using System.Text;

namespace Realtime.Sockets;

/// <summary>
/// Reads MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) value by value, and is strict: what is cut off, what is not
/// UTF-8, what promises more than there is, is a <see cref="MessagePackException"/>. A value that is of another type than asked for is one too, and is not read.
/// </summary>
/// <remarks>Depth is for the caller to limit; <see cref="Skip"/> does not recurse.</remarks>
public sealed class MessagePackReader
{
    [ThreadStatic]
    private static MessagePackReader? _kept;

    private byte[] _bytes = [];
    private int _start;
    private int _position;
    private int _end;

    /// <summary>Reads from the beginning of bytes.</summary>
    /// <param name="bytes">The bytes, which must not change meanwhile.</param>
    public MessagePackReader(ReadOnlyMemory<byte> bytes) => Reset(bytes);

    /// <summary>What the next value is; <see cref="MessagePackType.None"/> at the end.</summary>
    /// <exception cref="MessagePackException">The next value is malformed.</exception>
    public MessagePackType Next => IsAtEnd ? MessagePackType.None : Head().Type;

    /// <summary>Whether everything was read.</summary>
    public bool IsAtEnd => _position == _end;

    /// <summary>Where the next value begins, counted in bytes from 0.</summary>
    public int Position => _position - _start;

    /// <summary>How many containers the value that is being read is in; kept by those who read values of unknown depth.</summary>
    internal int Depth { get; set; }

    // Up to the end, so that a position is the same in it and in the array.
    private ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _end);

    /// <summary>Reads nil, if it is next.</summary>
    public bool TryReadNil()
    {
        if (_position < _end && _bytes[_position] == MessagePackCode.Nil)
        {
            _position++;
            return true;
        }
        return false;
    }

    /// <summary>Reads a boolean.</summary>
    /// <exception cref="MessagePackException">There is none.</exception>
    public bool ReadBoolean()
    {
        var head = Expect(MessagePackType.Boolean);
        _position = head.Content;
        return head.Bits != 0;
    }

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="MessagePackException">There is none, or it is above 2^63-1.</exception>
    public long ReadInt64() => TryReadInt64(out var value) ? value : throw Unfit("an integer from -2^63 to 2^63-1");

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="MessagePackException">There is none, or it is negative.</exception>
    public ulong ReadUInt64() => TryReadUInt64(out var value) ? value : throw Unfit("an integer from 0 to 2^64-1");

    /// <summary>Reads a number, whole or not.</summary>
    /// <exception cref="MessagePackException">There is none.</exception>
    public double ReadDouble() => TryReadDouble(out var value) ? value : throw Unfit("a number");

    /// <summary>Reads text.</summary>
    /// <exception cref="MessagePackException">There is none.</exception>
    public string ReadString() => Encoding.UTF8.GetString(ReadUtf8());

    /// <summary>Reads text as its UTF-8.</summary>
    /// <exception cref="MessagePackException">There is none.</exception>
    public ReadOnlySpan<byte> ReadUtf8() => Content(Expect(MessagePackType.String));

    /// <summary>Reads bytes.</summary>
    /// <exception cref="MessagePackException">There are none.</exception>
    public ReadOnlySpan<byte> ReadBinary() => Content(Expect(MessagePackType.Binary));

    /// <summary>Reads the beginning of an array.</summary>
    /// <returns>How many values follow; there is at least a byte for each.</returns>
    /// <exception cref="MessagePackException">There is none.</exception>
    public int ReadArrayHeader()
    {
        var head = Expect(MessagePackType.Array);
        _position = head.Content;
        return head.Length;
    }

    /// <summary>Reads the beginning of a map.</summary>
    /// <returns>How many pairs follow; there are at least two bytes for each.</returns>
    /// <exception cref="MessagePackException">There is none.</exception>
    public int ReadMapHeader()
    {
        var head = Expect(MessagePackType.Map);
        _position = head.Content;
        return head.Length;
    }

    /// <summary>Reads an instant.</summary>
    /// <returns>Seconds since 1970-01-01T00:00:00Z, negative before, and the nanoseconds behind that second.</returns>
    /// <exception cref="MessagePackException">There is none.</exception>
    public (long Seconds, int Nanoseconds) ReadTimestamp()
    {
        var head = Expect(MessagePackType.Timestamp);
        _position = head.End;
        var (seconds, nanoseconds) = head.Instant(_bytes);
        return (seconds, (int)nanoseconds);
    }

    /// <summary>Reads an extension.</summary>
    /// <param name="type">Its type.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="MessagePackException">There is none, or it is a timestamp.</exception>
    public ReadOnlySpan<byte> ReadExtension(out sbyte type)
    {
        var head = Expect(MessagePackType.Extension);
        type = head.Extension;
        return Content(head);
    }

    /// <summary>Reads over one value with all that is in it.</summary>
    /// <returns>Its bytes.</returns>
    /// <exception cref="MessagePackException">It is malformed.</exception>
    public ReadOnlyMemory<byte> Skip()
    {
        var start = _position;
        SkipValue();
        return _bytes.AsMemory(start, _position - start);
    }

    /// <summary>Takes this thread's reader, to be given back with <see cref="Return"/>: somebody's converter that reads while it is read gets another one.</summary>
    internal static MessagePackReader Take(ReadOnlyMemory<byte> bytes)
    {
        var reader = _kept ?? new MessagePackReader(default);
        _kept = null;
        reader.Reset(bytes);
        return reader;
    }

    internal void Return()
    {
        Reset(default);
        _kept = this;
    }

    private void Reset(ReadOnlyMemory<byte> bytes)
    {
        if (MemoryMarshal.TryGetArray(bytes, out var segment))
        {
            (_bytes, _start, _end) = (segment.Array ?? [], segment.Offset, segment.Offset + segment.Count);
        }
        else
        {
            (_bytes, _start, _end) = (bytes.ToArray(), 0, bytes.Length);
        }
        (_position, Depth, FaultPosition) = (_start, 0, -1);
    }

    /// <summary>Whether the next value is a float of 32 bits.</summary>
    internal bool IsNextSingle => _position < _end && _bytes[_position] == MessagePackCode.Float32;

    /// <summary>Whether the next value is nil.</summary>
    internal bool IsNextNil => _position < _end && _bytes[_position] == MessagePackCode.Nil;

    /// <summary>Where a value begins that was read through JSON and did not fit, or -1.</summary>
    internal int FaultPosition { get; set; } = -1;

    internal void MoveTo(int position) => _position = _start + position;

    /// <summary>The next value's head, which is not read.</summary>
    internal MessagePackHead Head() =>
        MessagePackHead.Read(Bytes, _position, out var head) is { } problem ? throw new MessagePackException(problem, Position) : head;

    internal bool TryReadInt64(out long value)
    {
        // Small numbers first: they are most of all numbers.
        if (_position < _end && _bytes[_position] <= 0x7f)
        {
            value = _bytes[_position++];
            return true;
        }
        var head = Head();
        value = (long)head.Bits;
        return Take(head, head.Type == MessagePackType.Integer && (head.IsNegative || value >= 0));
    }

    internal bool TryReadUInt64(out ulong value)
    {
        var head = Head();
        value = head.Bits;
        return Take(head, head.Type == MessagePackType.Integer && !head.IsNegative);
    }

    internal bool TryReadDouble(out double value)
    {
        var head = Head();
        value = head.Type == MessagePackType.Float ? BitConverter.UInt64BitsToDouble(head.Bits) : head.IsNegative ? (long)head.Bits : head.Bits;
        return Take(head, head.Type is MessagePackType.Float or MessagePackType.Integer);
    }

    internal bool TryReadUtf8(out ReadOnlySpan<byte> value)
    {
        var head = Head();
        value = head.Type == MessagePackType.String ? Content(head) : default;
        return head.Type == MessagePackType.String;
    }

    internal void SkipValue()
    {
        if (TrySkip(maxDepth: 1, out _) is { } problem)
        {
            throw new MessagePackException(problem, Position);
        }
    }

    /// <summary>Reads over one value, without throwing.</summary>
    /// <param name="maxDepth">How many containers may be in each other; deeper ones are read over too.</param>
    /// <param name="isTooDeep">Whether there were more.</param>
    /// <returns>What is malformed, or null.</returns>
    internal string? TrySkip(int maxDepth, out bool isTooDeep)
    {
        isTooDeep = false;
        var depth = 0;
        // How many values are still to come at each depth; below the deepest they are all counted as one.
        Span<long> left = stackalloc long[maxDepth + 1];
        left[0] = 1;
        var bytes = Bytes;
        while (true)
        {
            while (left[depth] == 0)
            {
                if (--depth < 0)
                {
                    return null;
                }
            }
            left[depth]--;
            if (MessagePackHead.Read(bytes, _position, out var head) is { } problem)
            {
                return problem;
            }
            _position = head.End;
            if (head.Type is not (MessagePackType.Array or MessagePackType.Map))
            {
                continue;
            }
            long count = head.Type == MessagePackType.Map ? head.Length * 2L : head.Length;
            if (depth < maxDepth)
            {
                left[++depth] = count;
            }
            else
            {
                isTooDeep = true;
                left[depth] += count;
            }
        }
    }

    private bool Take(in MessagePackHead head, bool isTaken)
    {
        if (isTaken)
        {
            _position = head.Content;
        }
        return isTaken;
    }

    private MessagePackHead Expect(MessagePackType type)
    {
        var head = Head();
        return head.Type == type ? head : throw Unfit(type.ToString());
    }

    private ReadOnlySpan<byte> Content(MessagePackHead head)
    {
        _position = head.End;
        return _bytes.AsSpan(head.Content, head.Length);
    }

    private MessagePackException Unfit(string expected) => new($"Expected {expected}, but there is {Next}", Position);
}
