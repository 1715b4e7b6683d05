namespace Realtime.Sockets;

/// <summary>What one lossy topic has for one connection that is behind.</summary>
/// <param name="topic">The topic's name.</param>
/// <param name="codec">The format that the connection speaks.</param>
/// <param name="backlog">The events, as they go on the wire.</param>
internal sealed class HeldBack(string topic, WireCodec codec, Backlog<byte[]> backlog)
{
    public Backlog<byte[]> Backlog { get; } = backlog;

    /// <summary>What tells the client how many events were left out since it was told last; null for none.</summary>
    public PreparedFrame? TakeDropped() => Backlog.TryTakeDropped(out var count, out var offset) ? codec.Dropped(topic, count, offset) : null;
}
