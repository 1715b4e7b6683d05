namespace Realtime.Sockets.Tests.Transport;

/// <summary>A connection whose peer reads only while the gate is open.</summary>
internal sealed class GatedStream : MemoryStream
{
    private TaskCompletionSource _gate = Open();

    public List<byte[]> Writes { get; } = [];

    public byte[] Written
    {
        get
        {
            lock (Writes)
            {
                return [.. Writes.SelectMany(static write => write)];
            }
        }
    }

    public bool IsBroken { get; set; }

    public int Waiting => _waiting;

    private int _waiting;

    public void Shut() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _gate.TrySetResult();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsBroken)
        {
            throw new IOException("Broken pipe.");
        }
        Interlocked.Increment(ref _waiting);
        await _gate.Task;
        Interlocked.Decrement(ref _waiting);
        lock (Writes)
        {
            Writes.Add(buffer.ToArray());
        }
    }

    private static TaskCompletionSource Open()
    {
        var gate = new TaskCompletionSource();
        gate.SetResult();
        return gate;
    }
}
