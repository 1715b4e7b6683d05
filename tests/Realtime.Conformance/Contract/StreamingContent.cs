using System.Net;

namespace Realtime.Conformance.Contract;

/// <summary>
/// A body that is still being sent while its response is read. Of its own kinds of content HttpClient sends all before it reads
/// anything, and an echo then waits for its client for ever once the windows of HTTP/2 are full.
/// </summary>
internal sealed class StreamingContent(byte[] bytes) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) => await stream.WriteAsync(bytes);

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
