using System.IO.Pipelines;

namespace Realtime.Testing.InMemory;

/// <summary>One end of two pipes as a stream; disposing it closes both directions.</summary>
internal sealed class DuplexStream(PipeReader reader, PipeWriter writer, Action? disposed = null) : AsyncStream
{
    private readonly Stream _input = reader.AsStream(leaveOpen: true);
    private readonly Stream _output = writer.AsStream(leaveOpen: true);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Completing a pipe does not wake who waits on it.
            writer.CancelPendingFlush();
            reader.CancelPendingRead();
            writer.Complete();
            reader.Complete();
            disposed?.Invoke();
        }
        base.Dispose(disposing);
    }
}
