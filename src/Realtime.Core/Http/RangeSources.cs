using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>An open file of the server's disk.</summary>
internal sealed class FileSource(SafeFileHandle file) : IRangeSource
{
    public long Length { get; } = RandomAccess.GetLength(file);

    public ValueTask SendAsync(HttpConnection http, long offset, long count) => http.SendFileAsync(file, offset, count, http.Disconnected);
}

/// <summary>Bytes in memory.</summary>
internal sealed class BytesSource(ReadOnlyMemory<byte> bytes) : IRangeSource
{
    public long Length => bytes.Length;

    public ValueTask SendAsync(HttpConnection http, long offset, long count)
    {
        http.ResponseBody.Write(bytes.Span.Slice((int)offset, (int)count));
        return default;
    }
}

/// <summary>A stream that can be read from any place.</summary>
internal sealed class StreamSource(Stream stream, TimeProvider time) : IRangeSource
{
    private readonly long _start = stream.Position;

    public long Length { get; } = stream.Length - stream.Position;

    public ValueTask SendAsync(HttpConnection http, long offset, long count)
    {
        stream.Position = _start + offset;
        return StreamCopy.SendAsync(http, stream, count, time);
    }
}
