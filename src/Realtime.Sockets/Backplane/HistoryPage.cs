namespace Realtime.Sockets;

/// <summary>What a backplane gives to somebody who joins a topic with history.</summary>
/// <param name="Start">The position before the first of <paramref name="Publications"/>, or the newest position where there are none.</param>
/// <param name="Publications">The events behind <paramref name="Start"/> up to the newest, without a gap.</param>
/// <param name="Recovered">Whether a position was asked for and every event behind it is here.</param>
public sealed record HistoryPage(StreamPosition Start, IReadOnlyList<Publication> Publications, bool Recovered);
