using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Realtime.Http;

/// <summary>What is in a session, and its form in the cookie below the encryption.</summary>
internal sealed class SessionData
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The app's values.</summary>
    public Dictionary<string, JsonElement> Values { get; } = new(StringComparer.Ordinal);

    public List<FlashMessage> Flashes { get; } = [];

    /// <summary>Who is signed in, in the form that logins give it; undefined for nobody.</summary>
    public JsonElement User { get; set; }

    /// <summary>When it was written, in seconds since 1970.</summary>
    public long Issued { get; private init; }

    public bool IsEmpty => Values.Count == 0 && Flashes.Count == 0 && User.ValueKind == JsonValueKind.Undefined;

    public void Clear()
    {
        Values.Clear();
        Flashes.Clear();
        User = default;
    }

    public byte[] Write(long issued)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Compact);
        json.WriteStartObject();
        json.WriteNumber("i", issued);
        if (Values.Count > 0)
        {
            json.WriteStartObject("v");
            foreach (var (key, value) in Values)
            {
                json.WritePropertyName(key);
                value.WriteTo(json);
            }
            json.WriteEndObject();
        }
        if (Flashes.Count > 0)
        {
            json.WriteStartArray("f");
            foreach (var flash in Flashes)
            {
                json.WriteStringValue(flash.Category);
                json.WriteStringValue(flash.Text);
            }
            json.WriteEndArray();
        }
        if (User.ValueKind != JsonValueKind.Undefined)
        {
            json.WritePropertyName("u");
            User.WriteTo(json);
        }
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null for what another version of it may have written.</summary>
    public static SessionData? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            // Clones share the clone of the root, not the document's pooled memory.
            var root = document.RootElement.Clone();
            var data = new SessionData { Issued = root.GetProperty("i").GetInt64() };
            if (root.TryGetProperty("v", out var values))
            {
                foreach (var value in values.EnumerateObject())
                {
                    data.Values[value.Name] = value.Value;
                }
            }
            if (root.TryGetProperty("f", out var flashes))
            {
                for (var index = 0; index + 1 < flashes.GetArrayLength(); index += 2)
                {
                    data.Flashes.Add(new FlashMessage(flashes[index + 1].GetString()!, flashes[index].GetString()!));
                }
            }
            data.User = root.TryGetProperty("u", out var user) ? user : default;
            return data;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
