namespace Realtime;

/// <summary>Enqueues jobs: the write to the store, with whatever middleware is around it.</summary>
/// <param name="enqueue">The jobs.</param>
public delegate ValueTask EnqueueDelegate(JobEnqueue enqueue);
