namespace Realtime.Sockets;

/// <summary>Where a member of a topic with history is after its join, and whether everything it missed follows.</summary>
internal readonly record struct JoinOutcome(StreamPosition Position, bool Recovered);
