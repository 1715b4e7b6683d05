using System.Runtime.InteropServices;

namespace Realtime.Jobs;

/// <summary>What became of an enqueue.</summary>
/// <param name="Id">The job's id; with <see cref="EnqueueStatus.Existing"/> and <see cref="EnqueueStatus.Rejected"/> that of the job in its way.</param>
/// <param name="Status">Whether it was added.</param>
/// <param name="Replaced">The job that had the unique key and was cancelled for this one; null if there was none.</param>
/// <param name="ReplacedState">The state that job is in now: cancelled, or running with a mark to be cancelled.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EnqueueResult(Guid Id, EnqueueStatus Status, Guid? Replaced = null, JobState ReplacedState = JobState.Cancelled);
