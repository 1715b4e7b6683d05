namespace Realtime.Sockets;

/// <summary>Counts what slow readers have cost them, by policy, since the app started.</summary>
internal sealed class DropCounters
{
    private long _disconnected;
    private long _droppedOldest;
    private long _conflated;

    /// <summary>Connections that were closed with 3008.</summary>
    public long Disconnected => Interlocked.Read(ref _disconnected);

    /// <summary>Events that <see cref="SlowConsumer.DropOldest"/> has left out.</summary>
    public long DroppedOldest => Interlocked.Read(ref _droppedOldest);

    /// <summary>Events that <see cref="SlowConsumer.Conflate(string)"/> has left out.</summary>
    public long Conflated => Interlocked.Read(ref _conflated);

    public void CountDisconnected() => Interlocked.Increment(ref _disconnected);

    public void CountDropped(SlowConsumerPolicy policy) =>
        Interlocked.Increment(ref policy == SlowConsumerPolicy.DropOldest ? ref _droppedOldest : ref _conflated);
}
