namespace Realtime.Torture;

/// <summary>What a job is asked to do.</summary>
/// <param name="Milliseconds">How long it takes.</param>
public sealed record Work(int Milliseconds);

/// <summary>Who did it.</summary>
/// <param name="Process">The worker's process id.</param>
/// <param name="Attempt">The attempt.</param>
public sealed record Done(int Process, int Attempt);
