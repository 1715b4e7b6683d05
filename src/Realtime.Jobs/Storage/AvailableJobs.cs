using System.Diagnostics.CodeAnalysis;

namespace Realtime.Jobs;

/// <summary>The available jobs of one queue in memory: by priority, then in the order they became available.</summary>
internal sealed class AvailableJobs
{
    private readonly SortedDictionary<int, Queue<JobEntry>> _byPriority = new(Comparer<int>.Create(static (left, right) => right.CompareTo(left)));

    public void Add(JobEntry entry)
    {
        if (!_byPriority.TryGetValue(entry.Spec.Priority, out var jobs))
        {
            _byPriority.Add(entry.Spec.Priority, jobs = new Queue<JobEntry>());
        }
        jobs.Enqueue(entry);
    }

    public bool TryTake([NotNullWhen(true)] out JobEntry? entry)
    {
        while (_byPriority.Count > 0)
        {
            var (priority, jobs) = _byPriority.First();
            while (jobs.TryDequeue(out entry))
            {
                // A cancelled job left its place behind.
                if (entry.State == JobState.Available)
                {
                    return true;
                }
            }
            _byPriority.Remove(priority);
        }
        entry = null;
        return false;
    }
}
