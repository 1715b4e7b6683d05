namespace Realtime.Sockets;

/// <summary>How much of a topic is kept.</summary>
/// <param name="Size">The most events kept.</param>
/// <param name="TimeToLive">How long an event is kept; null for as long as there are not <paramref name="Size"/> newer ones.</param>
public sealed record HistoryPolicy(int Size, TimeSpan? TimeToLive = null);
