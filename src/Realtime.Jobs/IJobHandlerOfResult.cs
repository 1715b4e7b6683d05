namespace Realtime;

/// <summary>Runs jobs that return a result as a class: see <see cref="IJobHandler{TArgs}"/>.</summary>
/// <typeparam name="TArgs">The arguments.</typeparam>
/// <typeparam name="TResult">The result.</typeparam>
public interface IJobHandler<in TArgs, TResult>
{
    /// <summary>Runs one attempt and returns the job's result. What it throws counts as a failure.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="job">The attempt.</param>
    Task<TResult> RunAsync(TArgs args, JobContext job);
}
