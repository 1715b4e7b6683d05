using System.Text.Json;
using System.Text.Unicode;

namespace Realtime.Sockets;

/// <summary>Says in one format what was said in the other.</summary>
/// <remarks>
/// From MessagePack to JSON, bytes become base64, instants ISO 8601 in UTC, NaN and the infinities text: what the JSON serializer reads
/// back as the same. From JSON to MessagePack text stays text.
/// </remarks>
internal static class MessagePackJson
{
    /// <summary>How deep a value may be nested, unless the serializer's options say otherwise: the serializer's own limit.</summary>
    public const int MaxDepth = 64;

    private const string TooDeep = "The value is nested too deep.";

    /// <summary>Writes one JSON value as MessagePack.</summary>
    /// <exception cref="JsonException">It is no JSON, or nested too deep.</exception>
    public static void FromJson(ReadOnlySpan<byte> json, MessagePackWriter writer, int maxDepth = MaxDepth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        reader.Read();
        Write(ref reader, writer);
        // Whatever stands behind the value makes it no JSON text.
        reader.Read();
    }

    /// <summary>Writes the reader's next value as JSON.</summary>
    /// <exception cref="JsonException">It is nested too deep, or holds what JSON cannot say: an extension, a key that is no text, an instant outside of the years 1 to 9999.</exception>
    /// <exception cref="MessagePackException">It is malformed.</exception>
    public static void ToJson(MessagePackReader reader, Utf8JsonWriter json, int maxDepth = MaxDepth)
    {
        switch (reader.Next)
        {
            case MessagePackType.Nil:
                reader.TryReadNil();
                json.WriteNullValue();
                break;
            case MessagePackType.Boolean:
                json.WriteBooleanValue(reader.ReadBoolean());
                break;
            case MessagePackType.Integer:
                if (reader.TryReadInt64(out var integer))
                {
                    json.WriteNumberValue(integer);
                }
                else
                {
                    json.WriteNumberValue(reader.ReadUInt64());
                }
                break;
            case MessagePackType.Float:
                WriteFloat(reader, json);
                break;
            case MessagePackType.String:
                json.WriteStringValue(reader.ReadUtf8());
                break;
            case MessagePackType.Binary:
                json.WriteBase64StringValue(reader.ReadBinary());
                break;
            case MessagePackType.Timestamp:
                json.WriteStringValue(Instant.ReadUtc(reader));
                break;
            case MessagePackType.Array when maxDepth > 0:
                json.WriteStartArray();
                for (var left = reader.ReadArrayHeader(); left > 0; left--)
                {
                    ToJson(reader, json, maxDepth - 1);
                }
                json.WriteEndArray();
                break;
            case MessagePackType.Map when maxDepth > 0:
                json.WriteStartObject();
                for (var left = reader.ReadMapHeader(); left > 0; left--)
                {
                    json.WritePropertyName(reader.Next == MessagePackType.String ? reader.ReadUtf8() : throw new JsonException("A key is not text."));
                    ToJson(reader, json, maxDepth - 1);
                }
                json.WriteEndObject();
                break;
            case MessagePackType.Array or MessagePackType.Map:
                throw new JsonException(TooDeep);
            case MessagePackType.Extension:
                throw new JsonException("An extension stands where JSON has no words for it.");
            default:
                // Throws: there is nothing.
                _ = reader.Head();
                break;
        }
    }

    private static void WriteFloat(MessagePackReader reader, Utf8JsonWriter json)
    {
        var isSingle = reader.IsNextSingle;
        var number = reader.ReadDouble();
        if (!double.IsFinite(number))
        {
            json.WriteStringValue(double.IsNaN(number) ? "NaN"u8 : number > 0 ? "Infinity"u8 : "-Infinity"u8);
        }
        else if (isSingle)
        {
            json.WriteNumberValue((float)number);
        }
        else
        {
            json.WriteNumberValue(number);
        }
    }

    private static void Write(ref Utf8JsonReader reader, MessagePackWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                WriteMap(ref reader, writer);
                break;
            case JsonTokenType.StartArray:
                WriteArray(ref reader, writer);
                break;
            case JsonTokenType.String:
                WriteText(ref reader, writer);
                break;
            case JsonTokenType.Number:
                NumberText.Write(writer, reader.ValueSpan);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                writer.Write(reader.TokenType == JsonTokenType.True);
                break;
            default:
                writer.WriteNil();
                break;
        }
    }

    private static void WriteMap(ref Utf8JsonReader reader, MessagePackWriter writer)
    {
        var start = writer.Begin();
        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            WriteText(ref reader, writer);
            reader.Read();
            Write(ref reader, writer);
            count++;
        }
        writer.End(start, count, isMap: true);
    }

    private static void WriteArray(ref Utf8JsonReader reader, MessagePackWriter writer)
    {
        var start = writer.Begin();
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Write(ref reader, writer);
            count++;
        }
        writer.End(start, count, isMap: false);
    }

    private static void WriteText(ref Utf8JsonReader reader, MessagePackWriter writer)
    {
        if (!reader.ValueIsEscaped)
        {
            if (!Utf8.IsValid(reader.ValueSpan))
            {
                throw new JsonException("A string is not UTF-8.");
            }
            writer.WriteUtf8(reader.ValueSpan);
            return;
        }
        var room = writer.BeginText(reader.ValueSpan.Length, out var start);
        try
        {
            writer.EndText(start, reader.CopyString(room));
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A string holds half of a surrogate pair.", exception);
        }
    }
}
