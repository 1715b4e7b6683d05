using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>A job on its way to the database, whose caller waits until it is there.</summary>
internal sealed class PendingEnqueue(JobSpec job)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JobSpec Job { get; } = job;

    public Task Done => _done.Task;

    public void Succeed() => _done.TrySetResult();

    public void Fail(Exception exception) => _done.TrySetException(exception);
}
