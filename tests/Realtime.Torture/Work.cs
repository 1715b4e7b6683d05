namespace Realtime.Torture;

/// <summary>What a job is asked to do.</summary>
/// <param name="Milliseconds">How long it takes.</param>
public sealed record Work(int Milliseconds);

/// <summary>Who did it.</summary>
/// <param name="Process">The worker's process id.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Given">The hash of what it was given, as it came: of a step in a flow, the results of those before it.</param>
public sealed record Done(int Process, int Attempt, string Given);
