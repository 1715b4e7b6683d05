using System.Text.Json;

namespace Realtime;

/// <summary>What a server says (docs/protocol.md): the envelope is read, the data stays as it came.</summary>
internal sealed class ServerMessage
{
    private const int MaxDepth = 256;

    private static readonly JsonReaderOptions Deep = new() { MaxDepth = MaxDepth };

    public string? Type { get; private set; }

    public string? Topic { get; private set; }

    /// <summary>The wildcard that an event came by.</summary>
    public string? Via { get; private set; }

    public string? Event { get; private set; }

    public string? Status { get; private set; }

    public string? Epoch { get; private set; }

    public long? Ref { get; private set; }

    public long? Offset { get; private set; }

    public long? Heartbeat { get; private set; }

    /// <summary>In a welcome: for how many milliseconds the token is good.</summary>
    public long? Expires { get; private set; }

    public long? Reconnect { get; private set; }

    public long? Count { get; private set; }

    public bool Recovered { get; private set; }

    public ReadOnlyMemory<byte> Data { get; private set; }

    public ReadOnlyMemory<byte> ErrorJson { get; private set; }

    public ReadOnlyMemory<byte> Members { get; private set; }

    public ReadOnlyMemory<byte> Joined { get; private set; }

    public ReadOnlyMemory<byte> Left { get; private set; }

    public bool IsOk => Status == "ok";

    public TopicPlace? Place => Epoch is not null && Offset is { } offset ? new TopicPlace(Epoch, offset) : null;

    /// <summary>In the reply to an authenticate: for how many milliseconds the fresh token is good.</summary>
    public long? ExpiresAnew => !Data.IsEmpty && Parse(Data) is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("expires"u8, out var expires)
        && expires.ValueKind == JsonValueKind.Number && expires.TryGetInt64(out var milliseconds) ? milliseconds : null;

    /// <summary>The error that the message carries.</summary>
    public RealtimeException Error
    {
        get
        {
            var error = ErrorJson.IsEmpty ? default : Parse(ErrorJson);
            return new RealtimeException(TextOf(error, "code"u8) ?? "internal", TextOf(error, "message"u8) ?? "The server refused without a reason.")
            {
                Details = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("details"u8, out var details) ? details : default,
            };
        }
    }

    /// <summary>Whether the server asks to slow down and send it again.</summary>
    public bool IsTooFast => Status == "error" && Error.Code == "too_fast";

    /// <summary>Reads a message; null for what is none, which is no reason to fail.</summary>
    /// <param name="bytes">The message, which is kept.</param>
    public static ServerMessage? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes.Span, Deep);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }
            var message = new ServerMessage();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                message.ReadMember(ref reader, bytes);
            }
            return reader.Read() ? null : message;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads a part of a message.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> json) => JsonElement.Parse(json.Span, new JsonDocumentOptions { MaxDepth = MaxDepth });

    /// <summary>The text of a member; null for anything else.</summary>
    public static string? TextOf(JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? TextOf(value) : null;

    /// <summary>The text that an element is; null for anything else.</summary>
    public static string? TextOf(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate: no text, so as good as absent.
            return null;
        }
    }

    private void ReadMember(ref Utf8JsonReader reader, ReadOnlyMemory<byte> bytes)
    {
        if (reader.ValueTextEquals("type"u8))
        {
            Type = Text(ref reader);
        }
        else if (reader.ValueTextEquals("topic"u8))
        {
            Topic = Text(ref reader);
        }
        else if (reader.ValueTextEquals("event"u8))
        {
            Event = Text(ref reader);
        }
        else if (reader.ValueTextEquals("via"u8))
        {
            Via = Text(ref reader);
        }
        else if (reader.ValueTextEquals("data"u8))
        {
            Data = Raw(ref reader, bytes);
        }
        else if (reader.ValueTextEquals("offset"u8))
        {
            Offset = Number(ref reader);
        }
        else if (reader.ValueTextEquals("ref"u8))
        {
            Ref = Number(ref reader);
        }
        else if (reader.ValueTextEquals("status"u8))
        {
            Status = Text(ref reader);
        }
        else if (reader.ValueTextEquals("epoch"u8))
        {
            Epoch = Text(ref reader);
        }
        else if (reader.ValueTextEquals("recovered"u8))
        {
            Recovered = reader.Read() && reader.TokenType == JsonTokenType.True;
            reader.Skip();
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            ErrorJson = Raw(ref reader, bytes);
        }
        else if (reader.ValueTextEquals("members"u8))
        {
            Members = Raw(ref reader, bytes);
        }
        else if (reader.ValueTextEquals("joined"u8))
        {
            Joined = Raw(ref reader, bytes);
        }
        else if (reader.ValueTextEquals("left"u8))
        {
            Left = Raw(ref reader, bytes);
        }
        else if (reader.ValueTextEquals("heartbeat"u8))
        {
            Heartbeat = Number(ref reader);
        }
        else if (reader.ValueTextEquals("expires"u8))
        {
            Expires = Number(ref reader);
        }
        else if (reader.ValueTextEquals("count"u8))
        {
            Count = Number(ref reader);
        }
        else if (reader.ValueTextEquals("reconnect"u8))
        {
            Reconnect = Number(ref reader);
        }
        else
        {
            reader.Skip();
        }
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? ReadText(ref reader) : null;
        reader.Skip();
        return text;
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // As above.
            return null;
        }
    }

    private static long? Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        long? number = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= 0 ? value : null;
        reader.Skip();
        return number;
    }

    private static ReadOnlyMemory<byte> Raw(ref Utf8JsonReader reader, ReadOnlyMemory<byte> bytes)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return bytes[start..(int)reader.BytesConsumed];
    }
}
