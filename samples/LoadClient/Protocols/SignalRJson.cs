using System.Text;
using System.Text.Json;

namespace Realtime.LoadClient.Protocols;

/// <summary>
/// SignalR's JSON hub protocol without negotiation: records that end with the byte 0x1E. The hub has a method <c>Join(string group)</c>, and the event is a
/// method of a group and data.
/// </summary>
internal sealed class SignalRJson(MessageShape shape) : Protocol(shape)
{
    private const char End = '\x1e';

    public override byte? Separator => (byte)End;

    public override byte[] Ping { get; } = "{\"type\":6}\x1e"u8.ToArray();

    public override IReadOnlyList<byte[]> Opening(string topic, string user) =>
    [
        "{\"protocol\":\"json\",\"version\":1}\x1e"u8.ToArray(),
        Encoding.UTF8.GetBytes($$"""{"type":1,"invocationId":"1","target":"Join","arguments":[{{Quote(topic)}}]}""" + End),
    ];

    public override (byte[] Head, byte[] Tail) Message(string topic, string user) =>
        Cut($$"""{"type":1,{{(Shape.IsAnswered ? "\"invocationId\":\"2\"," : "")}}"target":{{Quote(Shape.Event)}},"arguments":[{{Quote(topic)}},{{DataFor(user)}}]}""" + End);

    public override Notice Read(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            var root = JsonElement.ParseValue(ref reader);
            var type = root.TryGetProperty("type", out var value) ? value.GetInt32() : 0;
            return root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String
                ? new Notice(NoticeKind.Refused, type == 7 ? "close" : "error", error.GetString())
                : new Notice(type is 0 or 3 ? NoticeKind.Done : NoticeKind.Other);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return new Notice(NoticeKind.Unreadable);
        }
    }

    public override bool IsEvent(ReadOnlySpan<byte> message, string topic)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            var root = JsonElement.ParseValue(ref reader);
            return root.TryGetProperty("type", out var type) && type.GetInt32() is 1 or 3;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
