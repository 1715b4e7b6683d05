namespace Realtime.Sqlite;

/// <summary>Which topic is read, and what counts as kept.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Epoch">The epoch of a topic that is not in the file; null for the next one.</param>
/// <param name="Size">The most events that are kept.</param>
/// <param name="ExpiredAt">Events published then or before have expired, in ticks.</param>
internal readonly record struct TopicQuery(string Topic, string? Epoch, int Size, long ExpiredAt);
