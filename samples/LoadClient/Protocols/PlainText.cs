using System.Text.Unicode;

namespace Realtime.LoadClient.Protocols;

/// <summary>A bare WebSocket: the data is the message, there is nothing to join, and whatever comes back is looked at as text.</summary>
internal sealed class PlainText(MessageShape shape) : Protocol(shape)
{
    public override IReadOnlyList<byte[]> Opening(string topic, string user) => [];

    public override (byte[] Head, byte[] Tail) Message(string topic, string user) => Cut(DataFor(user));

    public override Notice Read(ReadOnlySpan<byte> message) => new(NoticeKind.Other);

    public override bool IsEvent(ReadOnlySpan<byte> message, string topic) => Utf8.IsValid(message);
}
