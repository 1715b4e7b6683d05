namespace Realtime.Jobs;

/// <summary>A job that another one waits for, and how it ended. Kept with the one that waits, so it outlives the job itself.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">Its name; empty until it ended.</param>
/// <param name="State">Its final state; null until it ended.</param>
/// <param name="Result">Its result as UTF-8 JSON; null for none.</param>
/// <param name="Error">Why it ended without success; null if it did not.</param>
public sealed record LinkedJob(Guid Id, string Name, JobState? State, byte[]? Result, JobError? Error);
