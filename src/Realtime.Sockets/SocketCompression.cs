namespace Realtime;

/// <summary>How a socket's messages are compressed (<c>permessage-deflate</c>, RFC 7692).</summary>
/// <remarks>
/// Neither side keeps a context from message to message. A broadcast is therefore compressed once and shared by all receivers, and an idle
/// connection holds no window; many small messages that repeat each other compress less well in return.
/// </remarks>
public sealed record SocketCompression
{
    /// <summary>From how many bytes on a message is compressed: below it there is little to gain. 1,024 by default.</summary>
    public int Threshold { get; init; } = 1024;
}
