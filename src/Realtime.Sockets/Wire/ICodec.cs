using System.Net.WebSockets;

namespace Realtime.Sockets;

/// <summary>Reads and writes the realtime protocol's messages in one format.</summary>
internal interface ICodec
{
    /// <summary>The WebSocket subprotocol that names this format.</summary>
    string Subprotocol { get; }

    /// <summary>Text or binary: the only kind of message a client may send in this format.</summary>
    WebSocketMessageType MessageType { get; }

    /// <summary>Reads a client's message.</summary>
    /// <param name="bytes">The whole message.</param>
    /// <param name="message">The message; where it is faulty, what could be read of it: <see cref="ClientMessage.Ref"/> at least, if it was good.</param>
    /// <param name="fault">What is wrong with it.</param>
    bool TryRead(ReadOnlyMemory<byte> bytes, out ClientMessage message, out Fault fault);

    /// <summary>Writes <c>welcome</c>.</summary>
    PreparedFrame Welcome(string connection, TimeSpan heartbeat);

    /// <summary>Writes a <c>reply</c> with status ok.</summary>
    /// <param name="reference">The request's <c>ref</c>.</param>
    /// <param name="data">What the handler returned; null for nothing.</param>
    /// <param name="join">For the reply to a join of a topic with history: where the client is now.</param>
    PreparedFrame Reply(long reference, object? data, JoinOutcome? join = null);

    /// <summary>Writes a <c>reply</c> with status error.</summary>
    PreparedFrame Refuse(long reference, Fault fault);

    /// <summary>Writes an <c>error</c>, for a message without a usable <c>ref</c>.</summary>
    PreparedFrame Error(Fault fault, string? topic);

    /// <summary>Writes an <c>event</c>.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="json">The data, as UTF-8 JSON.</param>
    /// <param name="offset">Its place in the topic's history; 0 for none.</param>
    PreparedFrame Event(string topic, string name, ReadOnlySpan<byte> json, long offset);

    /// <summary>Writes a <c>presence</c> snapshot.</summary>
    PreparedFrame Presence(string topic, IEnumerable<Member> members);

    /// <summary>Writes a <c>presence</c> difference.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="joined">Who came or changed, or null.</param>
    /// <param name="left">Who left, or null.</param>
    PreparedFrame PresenceChange(string topic, Member? joined, Member? left);

    /// <summary>Writes <c>reset</c>.</summary>
    PreparedFrame Reset(string topic, StreamPosition position);

    /// <summary>Writes <c>away</c>.</summary>
    PreparedFrame Away(TimeSpan reconnect);
}
