namespace Realtime.Jobs;

/// <summary>What a heartbeat learned.</summary>
/// <param name="Renewed">
/// Whether the lease was still alive. False on a node's first heartbeat, and when it had run out: others may have taken the node's jobs.
/// </param>
/// <param name="CancelRequested">The node's running jobs that someone asked to cancel.</param>
public sealed record HeartbeatResult(bool Renewed, IReadOnlyList<Guid> CancelRequested);
