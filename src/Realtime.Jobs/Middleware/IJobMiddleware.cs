namespace Realtime;

/// <summary>
/// Something that is done around every attempt at a job, as a class whose constructor is given services:
/// <see cref="JobQueue.Use{TMiddleware}"/>.
/// </summary>
public interface IJobMiddleware
{
    /// <summary>Runs the attempt, with whatever comes before and after it. An exception out of it fails the attempt.</summary>
    /// <param name="job">The attempt.</param>
    /// <param name="next">The rest: further middleware, then the handler. Call it once.</param>
    /// <returns>The job's result: what <paramref name="next"/> returned, or something in its place.</returns>
    ValueTask<object?> InvokeAsync(JobContext job, JobDelegate next);
}
