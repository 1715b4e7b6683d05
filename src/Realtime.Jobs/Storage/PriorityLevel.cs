using System.Diagnostics.CodeAnalysis;

namespace Realtime.Jobs;

/// <summary>The available jobs of one priority of a queue: first in, first out, but jobs with a limit key take turns by key.</summary>
internal sealed class PriorityLevel(int priority)
{
    private readonly Queue<JobEntry> _plain = new();
    private Dictionary<string, Queue<JobEntry>>? _byKey;

    // Keys with jobs, and null for the jobs without one, in the order of their turns. Null while no job has a key.
    private Queue<string?>? _turns;

    public int Priority { get; } = priority;

    public bool IsEmpty => _plain.Count == 0 && _byKey is null or { Count: 0 };

    public void Add(JobEntry entry)
    {
        if (entry.Spec.LimitKey is not { } key)
        {
            _plain.Enqueue(entry);
            return;
        }
        if (_byKey is null)
        {
            _byKey = [];
            _turns = new Queue<string?>([null]);
        }
        if (!_byKey.TryGetValue(key, out var jobs))
        {
            _byKey.Add(key, jobs = new Queue<JobEntry>());
            _turns!.Enqueue(key);
        }
        jobs.Enqueue(entry);
    }

    public bool TryTake(AvailableJobs queue, int? perKey, [NotNullWhen(true)] out JobEntry? entry)
    {
        if (_turns is null)
        {
            return TryTake(_plain, out entry);
        }
        for (var left = _turns.Count; left > 0; left--)
        {
            var key = _turns.Dequeue();
            if (key is null)
            {
                _turns.Enqueue(null);
                if (TryTake(_plain, out entry))
                {
                    return true;
                }
                continue;
            }
            var jobs = _byKey![key];
            entry = queue.IsFull(key, perKey) ? null : TryTake(jobs, out var next) ? next : null;
            if (jobs.Count == 0)
            {
                _byKey.Remove(key);
            }
            else
            {
                _turns.Enqueue(key);
            }
            if (entry is not null)
            {
                return true;
            }
        }
        entry = null;
        return false;
    }

    private static bool TryTake(Queue<JobEntry> jobs, [NotNullWhen(true)] out JobEntry? entry)
    {
        while (jobs.TryDequeue(out entry))
        {
            // A job that was cancelled, or made available again since, left its place behind.
            if (entry.State == JobState.Available)
            {
                return true;
            }
        }
        return false;
    }
}
