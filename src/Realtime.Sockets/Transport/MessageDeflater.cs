using System.IO.Compression;

namespace Realtime.Sockets;

/// <summary>Compresses one message by itself, as <c>permessage-deflate</c> wants it (RFC 7692, section 7.2.1).</summary>
internal static class MessageDeflater
{
    // What a flush ends with, and a receiver adds again.
    private const int TailLength = 4;

    /// <summary>Compresses a message's payload.</summary>
    public static ReadOnlyMemory<byte> Deflate(ReadOnlyMemory<byte> payload)
    {
        var buffer = new MemoryStream(Math.Max(payload.Length / 2, 64));
        using var deflate = new DeflateStream(buffer, CompressionLevel.Optimal, leaveOpen: true);
        deflate.Write(payload.Span);
        deflate.Flush();
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length - TailLength);
    }
}
