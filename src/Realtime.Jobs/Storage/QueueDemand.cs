using System.Runtime.InteropServices;

namespace Realtime.Jobs;

/// <summary>How many jobs a node can take from a queue.</summary>
/// <param name="Queue">The queue's name.</param>
/// <param name="Count">The most to claim.</param>
/// <param name="Limits">What all nodes together keep to; null for no limit, which then costs nothing.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct QueueDemand(string Queue, int Count, QueueLimits? Limits = null);
