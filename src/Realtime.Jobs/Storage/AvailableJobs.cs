using System.Diagnostics.CodeAnalysis;

namespace Realtime.Jobs;

/// <summary>The available jobs of one queue in memory: by priority, then in the order they became available.</summary>
internal sealed class AvailableJobs
{
    // Highest priority first. A list, because an app has few priorities and every claim starts at the front.
    private readonly List<(int Priority, Queue<JobEntry> Jobs)> _levels = [];

    public void Add(JobEntry entry)
    {
        var priority = entry.Spec.Priority;
        var index = 0;
        while (index < _levels.Count && _levels[index].Priority > priority)
        {
            index++;
        }
        if (index == _levels.Count || _levels[index].Priority != priority)
        {
            _levels.Insert(index, (priority, new Queue<JobEntry>()));
        }
        _levels[index].Jobs.Enqueue(entry);
    }

    public bool TryTake([NotNullWhen(true)] out JobEntry? entry)
    {
        while (_levels.Count > 0)
        {
            var jobs = _levels[0].Jobs;
            while (jobs.TryDequeue(out entry))
            {
                // A cancelled job left its place behind.
                if (entry.State == JobState.Available)
                {
                    return true;
                }
            }
            if (_levels.Count == 1)
            {
                // The last level stays: most queues have one, and it would be made again at once.
                return false;
            }
            _levels.RemoveAt(0);
        }
        entry = null;
        return false;
    }
}
