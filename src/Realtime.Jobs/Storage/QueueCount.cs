namespace Realtime.Jobs;

/// <summary>How many jobs of a queue are in a state.</summary>
/// <param name="Queue">The queue's name.</param>
/// <param name="State">The state.</param>
/// <param name="Count">The number of jobs, never 0.</param>
public readonly record struct QueueCount(string Queue, JobState State, long Count);
