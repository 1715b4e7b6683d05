namespace Realtime;

/// <summary>Runs an attempt at a job: the handler, with whatever middleware is around it.</summary>
/// <param name="job">The attempt.</param>
/// <returns>What the handler returned; null for nothing.</returns>
public delegate ValueTask<object?> JobDelegate(JobContext job);
