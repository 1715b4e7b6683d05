using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Realtime.LoadClient.Protocols;

/// <summary>The realtime protocol over JSON, as docs/protocol.md has it.</summary>
internal class RealtimeJson(MessageShape shape) : Protocol(shape)
{
    public override string Subprotocol => "realtime.v1.json";

    public override byte[] Ping { get; } = """{"type":"ping"}"""u8.ToArray();

    private static ReadOnlySpan<byte> OffsetName => "\"offset\":"u8;

    public override IReadOnlyList<byte[]> Opening(string topic, string user)
    {
        var data = Shape.Join.Length == 0 ? "" : $",\"data\":{Shape.Join.Replace("{user}", JsonEncodedText.Encode(user).Value, StringComparison.Ordinal)}";
        return [Encoding.UTF8.GetBytes($$"""{"type":"join","ref":1,"topic":{{Quote(topic)}}{{data}}}""")];
    }

    public override (byte[] Head, byte[] Tail) Message(string topic, string user) =>
        Cut($$"""{"type":"event",{{(Shape.IsAnswered ? "\"ref\":2," : "")}}"topic":{{Quote(topic)}},"event":{{Quote(Shape.Event)}},"data":{{DataFor(user)}}}""");

    public override Notice Read(ReadOnlySpan<byte> message)
    {
        if (!TryParse(message, out var root))
        {
            return new Notice(NoticeKind.Unreadable);
        }
        return Text(root, "type") switch
        {
            "reply" when Text(root, "status") == "ok" => new Notice(NoticeKind.Done),
            "reply" or "error" => root.TryGetProperty("error", out var error)
                ? new Notice(NoticeKind.Refused, Text(error, "code") ?? "error", Text(error, "message"))
                : new Notice(NoticeKind.Unreadable),
            "away" => new Notice(NoticeKind.Refused, "away", "The server is going away."),
            null => new Notice(NoticeKind.Unreadable),
            _ => new Notice(NoticeKind.Other),
        };
    }

    public override bool IsEvent(ReadOnlySpan<byte> message, string topic) =>
        TryParse(message, out var root) && Text(root, "type") switch
        {
            "event" => Text(root, "topic") == topic && root.TryGetProperty("data", out _),
            "reply" => Text(root, "status") == "ok",
            _ => false,
        };

    public override bool TrySplit(ReadOnlySpan<byte> suffix, out int head, out int tail, out long offset)
    {
        head = suffix.IndexOf(OffsetName);
        tail = 0;
        offset = 0;
        if (head < 0)
        {
            return false;
        }
        head += OffsetName.Length;
        if (!Utf8Parser.TryParse(suffix[head..], out offset, out var digits))
        {
            return false;
        }
        tail = head + digits;
        return true;
    }

    private static bool TryParse(ReadOnlySpan<byte> message, out JsonElement root)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            root = JsonElement.ParseValue(ref reader);
            return root.ValueKind == JsonValueKind.Object && reader.BytesConsumed == message.Length;
        }
        catch (JsonException)
        {
            root = default;
            return false;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
