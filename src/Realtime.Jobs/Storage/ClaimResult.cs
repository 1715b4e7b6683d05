using System.Runtime.InteropServices;

namespace Realtime.Jobs;

/// <summary>What a claim gave.</summary>
/// <param name="Jobs">The jobs, queue by queue in the order of the demand, each queue's by priority, then age.</param>
/// <param name="Held">The queues whose rate limit held jobs back.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ClaimResult(IReadOnlyList<JobRecord> Jobs, IReadOnlyList<HeldQueue> Held);
