namespace Realtime;

/// <summary>
/// Something that is done around every enqueue, as a class whose constructor is given services: <see cref="JobQueue.UseEnqueue{TMiddleware}"/>.
/// </summary>
public interface IEnqueueMiddleware
{
    /// <summary>Enqueues, with whatever comes before and after it. An exception out of it reaches the one who enqueues.</summary>
    /// <param name="enqueue">The jobs.</param>
    /// <param name="next">The rest: further middleware, then the write to the store. Call it once.</param>
    ValueTask InvokeAsync(JobEnqueue enqueue, EnqueueDelegate next);
}
