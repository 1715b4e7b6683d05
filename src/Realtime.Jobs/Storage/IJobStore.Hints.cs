namespace Realtime.Jobs;

public partial interface IJobStore
{
    /// <summary>
    /// Hears what other processes do, where the store can tell: calls the function, from any thread, until the token fires. What is heard are
    /// hints; whoever listens polls all the same. A store that cannot tell returns at once, as this does unless it is implemented.
    /// </summary>
    /// <param name="hint">Called for each hint. It must not block.</param>
    /// <param name="stopping">Ends the listening. Then the task completes; it does not fail.</param>
    Task ListenAsync(Action<JobHints> hint, CancellationToken stopping) => Task.CompletedTask;
}
