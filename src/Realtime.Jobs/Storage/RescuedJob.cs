using System.Runtime.InteropServices;

namespace Realtime.Jobs;

/// <summary>A job taken back from a node that is gone.</summary>
/// <param name="Id">The job.</param>
/// <param name="State">
/// Where it went: <see cref="JobState.Available"/>, <see cref="JobState.Failed"/> if that was its last attempt, or
/// <see cref="JobState.Cancelled"/> if a cancel was asked for.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RescuedJob(Guid Id, JobState State);
