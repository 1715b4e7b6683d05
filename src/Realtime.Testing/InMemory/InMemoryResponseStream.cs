using System.IO.Pipelines;

namespace Realtime.Testing.InMemory;

/// <summary>The client's end of a response's body: letting go of it early is a lost connection.</summary>
internal sealed class InMemoryResponseStream(InMemoryExchange exchange, PipeReader reader) : AsyncStream
{
    private readonly Stream _inner = reader.AsStream(leaveOpen: true);

    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _inner.ReadAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            exchange.Disconnect();
        }
        base.Dispose(disposing);
    }
}
