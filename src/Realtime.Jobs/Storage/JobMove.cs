using System.Runtime.InteropServices;

namespace Realtime.Jobs;

/// <summary>What became of a job because of what happened to another one.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">
/// Where it is now: <see cref="JobState.Available"/> or <see cref="JobState.Scheduled"/> when the last job before it ended,
/// <see cref="JobState.Cancelled"/> when one of them failed or the job it belongs to was cancelled, <see cref="JobState.Waiting"/> when the one that
/// failed was requeued, <see cref="JobState.Running"/> when it
/// runs and was marked for that cancel.
/// </param>
/// <param name="DueAt">When it is due; null for at once.</param>
/// <param name="Error">Why it was cancelled; null if nothing is known.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct JobMove(Guid Id, string Name, JobState State, DateTimeOffset? DueAt, JobError? Error);
