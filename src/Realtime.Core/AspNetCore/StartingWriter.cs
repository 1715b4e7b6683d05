using System.IO.Pipelines;

namespace Realtime.AspNetCore;

/// <summary>A response's body that starts its response before the first byte leaves.</summary>
internal sealed class StartingWriter(ConnectionResponse response, PipeWriter output) : PipeWriter
{
    public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

    public override long UnflushedBytes => output.UnflushedBytes;

    public override void Advance(int bytes) => output.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => output.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => output.GetSpan(sizeHint);

    public override void CancelPendingFlush() => output.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        return response.HasStarted ? output.FlushAsync(cancellationToken) : StartAsync();

        async ValueTask<FlushResult> StartAsync()
        {
            await response.StartAsync(cancellationToken);
            return await output.FlushAsync(cancellationToken);
        }
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        return response.HasStarted ? output.WriteAsync(source, cancellationToken) : StartAsync();

        async ValueTask<FlushResult> StartAsync()
        {
            await response.StartAsync(cancellationToken);
            return await output.WriteAsync(source, cancellationToken);
        }
    }
}
