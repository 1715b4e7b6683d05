using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>What of a server's message says where its client is now.</summary>
internal readonly ref struct BookmarkReader
{
    /// <summary>Reads a message of the server's own, as JSON.</summary>
    public BookmarkReader(ReadOnlySpan<byte> message)
    {
        var json = new Utf8JsonReader(message, new JsonReaderOptions { MaxDepth = 1000 });
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("type"u8))
            {
                json.Read();
                Type = json.GetString();
            }
            else if (json.ValueTextEquals("topic"u8))
            {
                json.Read();
                Topic = json.GetString();
            }
            else if (json.ValueTextEquals("epoch"u8))
            {
                json.Read();
                Epoch = json.GetString();
            }
            else if (json.ValueTextEquals("offset"u8))
            {
                json.Read();
                Offset = json.GetInt64();
            }
            else
            {
                IsByWildcard |= json.ValueTextEquals("via"u8);
                json.Skip();
            }
        }
    }

    public string? Type { get; }

    public string? Topic { get; }

    public string? Epoch { get; }

    public long? Offset { get; }

    public bool IsByWildcard { get; }
}
