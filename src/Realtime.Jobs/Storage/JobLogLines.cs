namespace Realtime.Jobs;

/// <summary>Lines that an attempt at a job has written.</summary>
/// <param name="Id">The job.</param>
/// <param name="Attempt">The attempt: the fence.</param>
/// <param name="Lines">The lines, oldest first.</param>
public sealed record JobLogLines(Guid Id, int Attempt, IReadOnlyList<JobLogLine> Lines);
