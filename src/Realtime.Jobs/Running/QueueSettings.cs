namespace Realtime.Jobs;

/// <summary>How a queue is run here.</summary>
/// <param name="Concurrency">How many of its jobs run at once in this process.</param>
/// <param name="Limits">What all processes keep to together; null for no limit.</param>
internal sealed record QueueSettings(int Concurrency, QueueLimits? Limits = null);
