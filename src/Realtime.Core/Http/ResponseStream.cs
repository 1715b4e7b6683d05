using System.Buffers;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>The body as a stream that a person writes: a write is on its way at once, and waits for the peer no longer than it may.</summary>
internal sealed class ResponseStream(HttpConnection http, TimeProvider time) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    // What is written without waiting goes out with the next flush, or with the end.
    public override void Write(byte[] buffer, int offset, int count) => http.ResponseBody.Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => http.ResponseBody.Write(buffer);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        http.ResponseBody.Write(buffer.Span);
        return SendAsync(cancellationToken);
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => SendAsync(cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (!await TimedFlush.FlushAsync(http, time, cancellationToken))
        {
            // As where the peer has gone by itself: nobody is to be told of it.
            throw new OperationCanceledException($"The peer took nothing for {TimedFlush.Timeout.TotalSeconds} seconds and was cut off.", http.Disconnected);
        }
    }
}
