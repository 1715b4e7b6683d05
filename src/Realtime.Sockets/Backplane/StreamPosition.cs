namespace Realtime.Sockets;

/// <summary>A place in a topic's history.</summary>
/// <param name="Epoch">Which numbering: an opaque string that changes whenever the numbering starts anew.</param>
/// <param name="Offset">The newest event seen: 1 for the first of the epoch, 0 for none yet.</param>
public readonly record struct StreamPosition(string Epoch, long Offset);
