using System.Text;
using System.Text.Json;

namespace Realtime.LoadClient.Protocols;

/// <summary>
/// Socket.IO version 5 of its protocol over Engine.IO version 4, WebSockets only. The server handles <c>join</c> (a room, acknowledged) and the event, of a room and data.
/// </summary>
internal sealed class SocketIO(MessageShape shape) : Protocol(shape)
{
    public override byte[] Pong { get; } = "3"u8.ToArray();

    public override IReadOnlyList<byte[]> Opening(string topic, string user) =>
    [
        // Engine.IO says "0{…}" first; then the namespace is entered ("40", answered with "40{…}"), then the room.
        [],
        "40"u8.ToArray(),
        Encoding.UTF8.GetBytes($"420[\"join\",{Quote(topic)}]"),
    ];

    public override (byte[] Head, byte[] Tail) Message(string topic, string user) =>
        Cut($"42{(Shape.IsAnswered ? "1" : "")}[{Quote(Shape.Event)},{Quote(topic)},{DataFor(user)}]");

    public override Notice Read(ReadOnlySpan<byte> message) => message switch
    {
        [(byte)'2'] => new Notice(NoticeKind.Ping),
        [(byte)'0', ..] or [(byte)'4', (byte)'0', ..] or [(byte)'4', (byte)'3', ..] => new Notice(NoticeKind.Done),
        [(byte)'4', (byte)'4', ..] => new Notice(NoticeKind.Refused, "error", Encoding.UTF8.GetString(message)),
        [(byte)'4', ..] or [(byte)'6'] => new Notice(NoticeKind.Other),
        _ => new Notice(NoticeKind.Unreadable),
    };

    public override bool IsEvent(ReadOnlySpan<byte> message, string topic)
    {
        if (message.Length < 3 || message[0] != '4' || message[1] is not ((byte)'2' or (byte)'3'))
        {
            return false;
        }
        try
        {
            var reader = new Utf8JsonReader(message[message.IndexOf((byte)'[')..]);
            return JsonElement.ParseValue(ref reader).ValueKind == JsonValueKind.Array;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
