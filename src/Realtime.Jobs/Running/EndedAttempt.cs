namespace Realtime.Jobs;

/// <summary>An attempt on its way to be recorded.</summary>
/// <param name="Record">The job as it was claimed.</param>
/// <param name="Outcome">How the attempt ended.</param>
/// <param name="Context">What the handler saw; null if it was never called.</param>
internal readonly record struct EndedAttempt(JobRecord Record, JobOutcome Outcome, JobContext? Context);
