namespace Realtime.Jobs;

/// <summary>How far an attempt at a job says it is.</summary>
/// <param name="Id">The job.</param>
/// <param name="Attempt">The attempt: the fence.</param>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Message">What it says about it; null for nothing.</param>
public sealed record JobProgress(Guid Id, int Attempt, double Fraction, string? Message);
