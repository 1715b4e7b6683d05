namespace Realtime.LoadClient.Protocols;

/// <summary>The realtime protocol over MessagePack: the same envelopes, written otherwise.</summary>
/// <param name="shape">What is sent.</param>
/// <param name="size">How long a text is: its length stands before it.</param>
internal sealed class RealtimeMessagePack(MessageShape shape, int size) : RealtimeJson(shape)
{
    public override string Subprotocol => "realtime.v1.msgpack";

    public override bool IsBinary => true;

    public override byte[] Ping { get; } = PackedJson.FromJson("""{"type":"ping"}"""u8);

    /// <summary>The member's name, as MessagePack writes it: a text of six bytes.</summary>
    private static ReadOnlySpan<byte> OffsetName => [0xA6, (byte)'o', (byte)'f', (byte)'f', (byte)'s', (byte)'e', (byte)'t'];

    public override IReadOnlyList<byte[]> Opening(string topic, string user) => [.. base.Opening(topic, user).Select(static message => PackedJson.FromJson(message))];

    public override (byte[] Head, byte[] Tail) Message(string topic, string user)
    {
        var (head, tail) = base.Message(topic, user);
        var text = Enumerable.Repeat((byte)'#', size).ToArray();
        var message = PackedJson.FromJson([.. head, .. text, .. tail]);
        var at = message.AsSpan().IndexOf(text);
        return (message[..at], message[(at + size)..]);
    }

    public override Notice Read(ReadOnlySpan<byte> message) => TryJson(message, out var json) ? base.Read(json) : new Notice(NoticeKind.Unreadable);

    public override bool IsEvent(ReadOnlySpan<byte> message, string topic) => TryJson(message, out var json) && base.IsEvent(json, topic);

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
        tail = head + PackedJson.ReadInteger(suffix[head..], out offset);
        return tail > head;
    }

    private static bool TryJson(ReadOnlySpan<byte> message, out byte[] json)
    {
        try
        {
            json = PackedJson.ToJson(message);
            return true;
        }
        catch (FormatException)
        {
            json = [];
            return false;
        }
    }
}
