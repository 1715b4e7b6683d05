using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Realtime.LoadClient.Protocols;

/// <summary>As much MessagePack as the realtime protocol's envelopes need, to and from JSON.</summary>
internal static class PackedJson
{
    /// <summary>Writes a JSON value as MessagePack.</summary>
    public static byte[] FromJson(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var output = new ArrayBufferWriter<byte>();
        Write(JsonElement.ParseValue(ref reader), output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes one MessagePack value as JSON: bytes as Base64, an extension as its bytes.</summary>
    /// <exception cref="FormatException">It is not one whole value.</exception>
    public static byte[] ToJson(ReadOnlySpan<byte> bytes)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        try
        {
            Read(ref bytes, json, isName: false);
        }
        catch (Exception exception) when (exception is ArgumentException or IndexOutOfRangeException or InvalidOperationException)
        {
            throw new FormatException("This is not MessagePack.", exception);
        }
        if (bytes.Length > 0)
        {
            throw new FormatException("Something stands behind the value.");
        }
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads an integer at the front.</summary>
    /// <returns>How many bytes it is; 0 where there is none.</returns>
    public static int ReadInteger(ReadOnlySpan<byte> bytes, out long value)
    {
        value = 0;
        if (bytes.IsEmpty)
        {
            return 0;
        }
        var length = bytes[0] switch { <= 0x7F or >= 0xE0 => 1, 0xCC or 0xD0 => 2, 0xCD or 0xD1 => 3, 0xCE or 0xD2 => 5, 0xCF or 0xD3 => 9, _ => 0 };
        if (length == 0 || bytes.Length < length)
        {
            return 0;
        }
        value = bytes[0] switch
        {
            0xCC => bytes[1],
            0xCD => BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]),
            0xCE => BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]),
            0xCF or 0xD3 => BinaryPrimitives.ReadInt64BigEndian(bytes[1..]),
            0xD0 => (sbyte)bytes[1],
            0xD1 => BinaryPrimitives.ReadInt16BigEndian(bytes[1..]),
            0xD2 => BinaryPrimitives.ReadInt32BigEndian(bytes[1..]),
            _ => (sbyte)bytes[0],
        };
        return length;
    }

    private static void Write(JsonElement element, ArrayBufferWriter<byte> output)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                Header(output, element.GetPropertyCount(), 0x80, 15, 0xDE);
                foreach (var property in element.EnumerateObject())
                {
                    Write(property.Name, output);
                    Write(property.Value, output);
                }
                break;
            case JsonValueKind.Array:
                Header(output, element.GetArrayLength(), 0x90, 15, 0xDC);
                foreach (var item in element.EnumerateArray())
                {
                    Write(item, output);
                }
                break;
            case JsonValueKind.String:
                Write(element.GetString()!, output);
                break;
            case JsonValueKind.Number when element.TryGetInt64(out var integer):
                Write(integer, output);
                break;
            case JsonValueKind.Number:
                output.GetSpan(9)[0] = 0xCB;
                BinaryPrimitives.WriteDoubleBigEndian(output.GetSpan(9)[1..], element.GetDouble());
                output.Advance(9);
                break;
            default:
                output.Write<byte>([element.ValueKind switch { JsonValueKind.True => (byte)0xC3, JsonValueKind.False => 0xC2, _ => 0xC0 }]);
                break;
        }
    }

    private static void Write(string text, ArrayBufferWriter<byte> output)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length is > 31 and <= 255)
        {
            output.Write<byte>([0xD9, (byte)bytes.Length]);
        }
        else
        {
            Header(output, bytes.Length, 0xA0, 31, 0xDA);
        }
        output.Write(bytes);
    }

    private static void Write(long value, ArrayBufferWriter<byte> output)
    {
        if (value is >= -32 and <= 127)
        {
            output.Write<byte>([(byte)value]);
            return;
        }
        output.GetSpan(9)[0] = 0xD3;
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(9)[1..], value);
        output.Advance(9);
    }

    /// <summary>A count in the first byte where it fits, else behind the byte of the kind: 16 bits, or 32 behind the next one.</summary>
    private static void Header(ArrayBufferWriter<byte> output, int count, byte small, int most, byte large)
    {
        if (count <= most)
        {
            output.Write<byte>([(byte)(small | count)]);
        }
        else if (count <= ushort.MaxValue)
        {
            output.Write<byte>([large, (byte)(count >> 8), (byte)count]);
        }
        else
        {
            output.Write<byte>([(byte)(large + 1), (byte)(count >> 24), (byte)(count >> 16), (byte)(count >> 8), (byte)count]);
        }
    }

    private static void Read(ref ReadOnlySpan<byte> bytes, Utf8JsonWriter json, bool isName)
    {
        var first = bytes[0];
        if (first is (>= 0xA0 and <= 0xBF) or (>= 0xD9 and <= 0xDB))
        {
            var text = Take(ref bytes, first <= 0xBF ? (first & 31, 1) : Length(bytes, first - 0xD9));
            if (isName)
            {
                json.WritePropertyName(text);
                return;
            }
            json.WriteStringValue(text);
            return;
        }
        if (isName)
        {
            throw new FormatException("A member's name is no text.");
        }
        if (ReadInteger(bytes, out var integer) is > 0 and var taken)
        {
            json.WriteNumberValue(integer);
            bytes = bytes[taken..];
            return;
        }
        ReadOther(ref bytes, json, first);
    }

    private static void ReadOther(ref ReadOnlySpan<byte> bytes, Utf8JsonWriter json, byte first)
    {
        switch (first)
        {
            case <= 0x8F or 0xDE or 0xDF:
                var members = first <= 0x8F ? Skip(ref bytes, (first & 15, 1)) : Skip(ref bytes, Length(bytes, first - 0xDE + 1));
                json.WriteStartObject();
                for (; members > 0; members--)
                {
                    Read(ref bytes, json, isName: true);
                    Read(ref bytes, json, isName: false);
                }
                json.WriteEndObject();
                break;
            case <= 0x9F or 0xDC or 0xDD:
                var items = first <= 0x9F ? Skip(ref bytes, (first & 15, 1)) : Skip(ref bytes, Length(bytes, first - 0xDC + 1));
                json.WriteStartArray();
                for (; items > 0; items--)
                {
                    Read(ref bytes, json, isName: false);
                }
                json.WriteEndArray();
                break;
            case 0xC0:
                json.WriteNullValue();
                bytes = bytes[1..];
                break;
            case 0xC2 or 0xC3:
                json.WriteBooleanValue(first == 0xC3);
                bytes = bytes[1..];
                break;
            case 0xCA:
                json.WriteNumberValue(BinaryPrimitives.ReadSingleBigEndian(bytes[1..]));
                bytes = bytes[5..];
                break;
            case 0xCB:
                json.WriteNumberValue(BinaryPrimitives.ReadDoubleBigEndian(bytes[1..]));
                bytes = bytes[9..];
                break;
            case >= 0xC4 and <= 0xC6:
                json.WriteBase64StringValue(Take(ref bytes, Length(bytes, first - 0xC4)));
                break;
            case >= 0xD4 and <= 0xD8:
                json.WriteBase64StringValue(Take(ref bytes, (1 << (first - 0xD4), 2)));
                break;
            case >= 0xC7 and <= 0xC9:
                var (length, header) = Length(bytes, first - 0xC7);
                json.WriteBase64StringValue(Take(ref bytes, (length, header + 1)));
                break;
            default:
                throw new FormatException($"No value begins with 0x{first:X2}.");
        }
    }

    /// <summary>A length in 8, 16 or 32 bits, and how many bytes stand before the value.</summary>
    private static (int Length, int Header) Length(ReadOnlySpan<byte> bytes, int power) => power switch
    {
        0 => (bytes[1], 2),
        1 => (BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]), 3),
        _ => (BinaryPrimitives.ReadInt32BigEndian(bytes[1..]), 5),
    };

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, (int Length, int Header) value)
    {
        var taken = bytes.Slice(value.Header, value.Length);
        bytes = bytes[(value.Header + value.Length)..];
        return taken;
    }

    private static int Skip(ref ReadOnlySpan<byte> bytes, (int Length, int Header) value)
    {
        bytes = bytes[value.Header..];
        return value.Length;
    }
}
