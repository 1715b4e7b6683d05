using System.Buffers;
using System.Net.WebSockets;

namespace Realtime.Sockets;

/// <summary>
/// A further format for clients of the realtime endpoint, which speaks <c>realtime.v1.json</c> and <c>realtime.v1.msgpack</c> by itself: say CBOR, or MessagePack
/// that is compressed. It says in its own bytes what a MessagePack message says, and the other way round; the messages are those of docs/protocol.md.
/// </summary>
/// <remarks>
/// <para>Register it as a service before the app starts: <c>app.Services.AddSingleton&lt;ICodec, CborCodec&gt;()</c>. A client chooses it by its subprotocol. One that
/// names a subprotocol of the endpoint's own takes its place.</para>
/// <para>MessagePack is between the two because it tells bytes from text and instants from both. Of an app's types a codec knows nothing:
/// their members are named by the app's JSON options, in every format.</para>
/// <para>It is used by many connections at once. What goes to many receivers is written once.</para>
/// </remarks>
public interface ICodec
{
    /// <summary>The WebSocket subprotocol that names the format, such as <c>realtime.v1.cbor</c>.</summary>
    string Subprotocol { get; }

    /// <summary>Text or binary: what the format's messages are. A client that sends the other is closed with 1003. Binary by default.</summary>
    WebSocketMessageType MessageType => WebSocketMessageType.Binary;

    /// <summary>Says a client's message in MessagePack.</summary>
    /// <param name="message">The whole message, which may be anything: valid until this returns, and not larger than <see cref="SocketOptions.MaxMessageSize"/>.</param>
    /// <param name="output">Takes the message. What is no whole MessagePack value, or is nested more than 32 deep, is refused later on.</param>
    /// <exception cref="Exception">
    /// The message is malformed: whatever is thrown, the client gets an <c>error</c> with <c>bad_message</c>, and the connection goes on.
    /// </exception>
    void Read(ReadOnlyMemory<byte> message, MessagePackWriter output);

    /// <summary>Says one of the server's messages in this format. It is well-formed, and nothing of it may be left out; this must not throw.</summary>
    /// <param name="message">The message.</param>
    /// <param name="output">Takes the bytes.</param>
    void Write(MessagePackReader message, IBufferWriter<byte> output);
}
