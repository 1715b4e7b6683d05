using System.Collections.Concurrent;

namespace Realtime.Jobs;

/// <summary>
/// Looks whether jobs that were replaced inside a caller's transaction are cancelled by now, and has it told. A commit says nothing to
/// whoever is not its owner, so it is looked for; for a while only, for a rollback says nothing either.
/// </summary>
internal sealed class CommitWatch(IJobStore store, TimeProvider time, TimeSpan interval, Func<Guid, JobState, CancellationToken, ValueTask> tell) : IAsyncDisposable
{
    private const int MostAtOnce = 1000;
    private const int MostTurns = 60;

    private readonly ConcurrentDictionary<Guid, Task> _watches = new();
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Watches a job. With very many under way it does not: workers and waiters find out for themselves, only later.</summary>
    public void Add(Guid job)
    {
        if (_watches.Count < MostAtOnce && !_closing.IsCancellationRequested)
        {
            _watches.TryAdd(job, WatchAsync(job));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_watches.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task WatchAsync(Guid job)
    {
        await Task.Yield();
        try
        {
            for (var turn = 0; turn < MostTurns && !await TellAsync(job); turn++)
            {
                await Task.Delay(interval, time, _closing.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or JobStoreException)
        {
            // Only news are lost: what has to act on it looks for itself.
        }
        finally
        {
            _watches.TryRemove(job, out _);
        }
    }

    /// <summary>Tells of a job, and those under it, that they are cancelled. True when there is nothing more to look for.</summary>
    private async ValueTask<bool> TellAsync(Guid job)
    {
        var record = await store.FindAsync(job, _closing.Token);
        if (record is { State: < JobState.Succeeded, CancelRequested: false })
        {
            return false;
        }
        var cancelled = new Queue<JobRecord>(record is null ? [] : [record]);
        while (cancelled.TryDequeue(out var one))
        {
            if (one.State == JobState.Cancelled || one.CancelRequested)
            {
                await tell(one.Spec.Id, one.State, _closing.Token);
                foreach (var child in await store.ChildrenAsync(one.Spec.Id, MostAtOnce, _closing.Token))
                {
                    cancelled.Enqueue(child);
                }
            }
        }
        return true;
    }
}
