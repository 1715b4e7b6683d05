namespace Realtime;

/// <summary>
/// Runs jobs as a class: each attempt has an instance of its own, from the services if it is registered there, else made with
/// its constructor's parameters from the services. It is added with <c>app.Job&lt;Shrink, ShrinkHandler&gt;("image.shrink")</c>.
/// </summary>
/// <typeparam name="TArgs">The arguments.</typeparam>
public interface IJobHandler<in TArgs>
{
    /// <summary>Runs one attempt. What it throws counts as a failure.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="job">The attempt.</param>
    Task RunAsync(TArgs args, JobContext job);
}
