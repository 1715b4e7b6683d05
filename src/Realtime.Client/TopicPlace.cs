namespace Realtime;

/// <summary>A place in a topic's history: all events up to it have been seen.</summary>
/// <param name="Epoch">Names the numbering; a server that lost its history has a new one.</param>
/// <param name="Offset">The number of the newest event seen.</param>
public readonly record struct TopicPlace(string Epoch, long Offset);
