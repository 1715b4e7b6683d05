using System.Text;
using System.Text.Json;

namespace Realtime.LoadClient.Protocols;

/// <summary>What the load must know of the way a server's messages are written.</summary>
/// <param name="shape">What is sent in them.</param>
internal abstract class Protocol(MessageShape shape)
{
    private const string Hole = "{text}";

    /// <summary>Every protocol's name on the command line.</summary>
    public static IReadOnlyList<string> Names { get; } = ["json", "msgpack", "plain", "signalr", "socketio"];

    /// <summary>The WebSocket subprotocol to offer; null for none.</summary>
    public virtual string? Subprotocol => null;

    /// <summary>Whether its messages are binary ones.</summary>
    public virtual bool IsBinary => false;

    /// <summary>The byte that ends each of several records in one WebSocket message; null where a message is one record.</summary>
    public virtual byte? Separator => null;

    /// <summary>What to send every few seconds so that the server knows that somebody is there; empty for nothing.</summary>
    public virtual byte[] Ping => [];

    /// <summary>What to answer a <see cref="NoticeKind.Ping"/> with.</summary>
    public virtual byte[] Pong => [];

    protected MessageShape Shape => shape;

    /// <summary>The protocol of this name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="shape">What is sent in it.</param>
    /// <param name="size">How long a text is.</param>
    /// <exception cref="LoadException">There is none.</exception>
    public static Protocol Named(string name, MessageShape shape, int size) => name switch
    {
        "json" => new RealtimeJson(shape),
        "msgpack" => new RealtimeMessagePack(shape, size),
        "plain" => new PlainText(shape),
        "signalr" => new SignalRJson(shape),
        "socketio" => new SocketIO(shape),
        _ => throw new LoadException($"There is no protocol '{name}': say one of {string.Join(", ", Names)}."),
    };

    /// <summary>What a connection sends to become a member of its topic, each when the one before it was answered; an empty one only waits.</summary>
    public abstract IReadOnlyList<byte[]> Opening(string topic, string user);

    /// <summary>What stands before and behind a text that is sent.</summary>
    public abstract (byte[] Head, byte[] Tail) Message(string topic, string user);

    /// <summary>Reads what is no text of ours.</summary>
    public abstract Notice Read(ReadOnlySpan<byte> message);

    /// <summary>Whether a message is whole and of a topic: a full parse, for when there is nothing to compare it with yet.</summary>
    public abstract bool IsEvent(ReadOnlySpan<byte> message, string topic);

    /// <summary>Finds the offset in what stands behind a text: between <paramref name="head"/> and <paramref name="tail"/>; false where there is none.</summary>
    public virtual bool TrySplit(ReadOnlySpan<byte> suffix, out int head, out int tail, out long offset)
    {
        head = tail = 0;
        offset = 0;
        return false;
    }

    /// <summary>The event's data as JSON, with its people filled in and a hole for the text.</summary>
    protected string DataFor(string user) => shape.Data.Replace("{user}", JsonEncodedText.Encode(user).Value, StringComparison.Ordinal);

    /// <summary>Cuts what is sent where the text goes.</summary>
    protected static (byte[] Head, byte[] Tail) Cut(string message)
    {
        var at = message.IndexOf(Hole, StringComparison.Ordinal);
        return at < 0
            ? throw new LoadException($"There is no {Hole} in --data: nothing could be recognised when it comes back.")
            : (Encoding.UTF8.GetBytes(message[..at]), Encoding.UTF8.GetBytes(message[(at + Hole.Length)..]));
    }

    protected static string Quote(string text) => JsonSerializer.Serialize(text);
}
