namespace Realtime.Jobs;

/// <summary>How many jobs a node can take from a queue.</summary>
/// <param name="Queue">The queue's name.</param>
/// <param name="Count">The most to claim.</param>
public readonly record struct QueueDemand(string Queue, int Count);
