using System.Text.Json;

namespace Realtime.Jobs;

/// <summary>Something that happened to a job that runs in this process.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">The job's name.</param>
public abstract record JobEvent(Guid Id, string Name);

/// <summary>An attempt started.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">The job's name.</param>
/// <param name="Attempt">The attempt, from 1.</param>
public sealed record JobStarted(Guid Id, string Name, int Attempt) : JobEvent(Id, Name);

/// <summary>A job said how far it is. At most ten times a second for a job, and always the last.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">The job's name.</param>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Message">What it says about it; null for nothing.</param>
public sealed record JobProgressed(Guid Id, string Name, double Fraction, string? Message) : JobEvent(Id, Name);

/// <summary>A job wrote a line to its log.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">The job's name.</param>
/// <param name="Line">The line.</param>
public sealed record JobLogged(Guid Id, string Name, JobLogLine Line) : JobEvent(Id, Name);

/// <summary>An attempt failed, was handed back, or asked to be run later, and the job will be run again.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">The job's name.</param>
/// <param name="Attempt">The attempt that ended.</param>
/// <param name="DueAt">When the next attempt is due; null for as soon as a worker is free.</param>
/// <param name="Error">Why it failed; null if it did not.</param>
public sealed record JobRetrying(Guid Id, string Name, int Attempt, DateTimeOffset? DueAt, JobError? Error) : JobEvent(Id, Name);

/// <summary>A job reached a final state, and its store has recorded it.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">The job's name.</param>
/// <param name="State">The final state.</param>
/// <param name="Result">What it returned; null for nothing.</param>
/// <param name="Error">Why it failed; null if it did not.</param>
public sealed record JobFinished(Guid Id, string Name, JobState State, JsonElement? Result, JobError? Error) : JobEvent(Id, Name);
