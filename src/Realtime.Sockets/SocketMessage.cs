using System.Net.WebSockets;
using System.Text;

namespace Realtime;

/// <summary>One whole message of a <see cref="Socket"/>.</summary>
/// <param name="Type">Text or binary.</param>
/// <param name="Bytes">The bytes, UTF-8 for text. One that was received is valid until the next is asked for: copy what outlives that.</param>
public readonly record struct SocketMessage(WebSocketMessageType Type, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The bytes as text, decoded from UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <inheritdoc/>
    public override string ToString() => Type == WebSocketMessageType.Text ? Text : $"{Bytes.Length} bytes";
}
