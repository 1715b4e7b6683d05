using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Realtime.Jobs;

/// <summary>Hands what happens to jobs in this process to whoever watches: observers of all jobs, and waiters for the end of one.</summary>
internal sealed class JobFeed
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, (TaskCompletionSource<JobStatus?> Ended, int Count)> _waiters = [];
    private readonly Dictionary<Guid, List<Wake>> _watchers = [];
    private int _watcherCount;
    private volatile Action<JobEvent>[] _observers = [];
    private int _waiterCount;

    /// <summary>Where an observer's exception goes.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    public bool IsObserved => _observers.Length > 0;

    public IDisposable Observe(Action<JobEvent> observer)
    {
        lock (_lock)
        {
            _observers = [.. _observers, observer];
        }
        return new Subscription(this, observer);
    }

    public void Publish(JobEvent happened)
    {
        foreach (var observer in _observers)
        {
            try
            {
                observer(happened);
            }
            catch (Exception exception)
            {
                JobLog.ObserverFailed(Logger, exception);
            }
        }
    }

    /// <summary>Whether anybody waits for the end of a job.</summary>
    public bool IsAwaited => Volatile.Read(ref _waiterCount) > 0;

    /// <summary>Wakes whoever waits for the end of a job, which its store has recorded. Null sends them to the store to see.</summary>
    public void Ended(Guid id, JobStatus? status)
    {
        Touch(id);
        if (!IsAwaited)
        {
            return;
        }
        TaskCompletionSource<JobStatus?>? ended = null;
        lock (_lock)
        {
            if (_waiters.Remove(id, out var waiting))
            {
                ended = waiting.Ended;
                _waiterCount = _waiters.Count;
            }
        }
        ended?.TrySetResult(status);
    }

    /// <summary>Wakes whoever watches a job: what its store says of it has changed.</summary>
    public void Touch(Guid id)
    {
        if (Volatile.Read(ref _watcherCount) == 0)
        {
            return;
        }
        lock (_lock)
        {
            _watchers.GetValueOrDefault(id)?.ForEach(static wake => wake.Set());
        }
    }

    /// <summary>Begins to watch a job. Every call is matched by one of <see cref="Unwatch"/>.</summary>
    public Wake Watch(Guid id)
    {
        var wake = new Wake();
        lock (_lock)
        {
            if (!_watchers.TryGetValue(id, out var watching))
            {
                _watchers.Add(id, watching = []);
            }
            watching.Add(wake);
            _watcherCount++;
        }
        return wake;
    }

    public void Unwatch(Guid id, Wake wake)
    {
        lock (_lock)
        {
            if (_watchers.TryGetValue(id, out var watching) && watching.Remove(wake))
            {
                _watcherCount--;
                if (watching.Count == 0)
                {
                    _watchers.Remove(id);
                }
            }
        }
    }

    /// <summary>A task for the end of a job. Every call is matched by one of <see cref="Leave"/>.</summary>
    public Task<JobStatus?> Wait(Guid id)
    {
        lock (_lock)
        {
            var ended = _waiters.TryGetValue(id, out var waiting)
                ? waiting.Ended
                : new TaskCompletionSource<JobStatus?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters[id] = (ended, waiting.Count + 1);
            _waiterCount = _waiters.Count;
            return ended.Task;
        }
    }

    public void Leave(Guid id, Task waited)
    {
        lock (_lock)
        {
            if (_waiters.TryGetValue(id, out var waiting) && waiting.Ended.Task == waited)
            {
                if (waiting.Count == 1)
                {
                    _waiters.Remove(id);
                }
                else
                {
                    _waiters[id] = (waiting.Ended, waiting.Count - 1);
                }
                _waiterCount = _waiters.Count;
            }
        }
    }

    private sealed class Subscription(JobFeed feed, Action<JobEvent> observer) : IDisposable
    {
        public void Dispose()
        {
            lock (feed._lock)
            {
                feed._observers = [.. feed._observers.Where(other => other != observer)];
            }
        }
    }
}
