using System.Text;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>Reads one member of a JSON object, as it is written.</summary>
internal static class JsonKey
{
    /// <returns>The member's value, or null where there is none or the JSON is no object.</returns>
    public static string? Read(ReadOnlySpan<byte> json, string name)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKey = reader.ValueTextEquals(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isKey)
            {
                return Encoding.UTF8.GetString(json[start..(int)reader.BytesConsumed]);
            }
        }
        return null;
    }
}
