using System.Collections.Concurrent;

namespace Realtime.Jobs;

public sealed partial class InMemoryJobStore
{
    // Where nobody claims, producers sort in, now and then, and many at once; where somebody does, they stay out of the way.
    private const int Stint = 128;
    private const int MostUnsorted = 10_000;

    [ThreadStatic]
    private static int _takenIn;

    // Enqueued, and seen by nobody yet. A lock for each job, held while the tables grow, would have the producers queue up behind each other.
    private readonly ConcurrentQueue<JobSpec> _intake = new();

    /// <summary>Takes a job in that has no key and is due. Whoever enters next sees it.</summary>
    private void TakeIn(JobSpec job)
    {
        _intake.Enqueue(job);
        if (++_takenIn % Stint == 0 && _intake.Count > MostUnsorted && _lock.TryEnter())
        {
            // Otherwise somebody is inside, and whoever is next does it.
            try
            {
                SortIn();
            }
            finally
            {
                _lock.Exit();
            }
        }
    }

    /// <summary>Enters the lock, with all that was enqueued before in its place.</summary>
    private Lock.Scope Enter()
    {
        var scope = _lock.EnterScope();
        SortIn();
        return scope;
    }

    private void SortIn()
    {
        // As many as there are now: what comes meanwhile has time, and would keep this going for ever.
        for (var left = _intake.Count; left > 0 && _intake.TryDequeue(out var job); left--)
        {
            var entry = new JobEntry(job, QueueOf(job.Queue));
            // Ids are random: the same one again is the same job again.
            if (_jobs.TryAdd(job.Id, entry))
            {
                entry.IsKept = true;
                MakeAvailable(entry);
            }
        }
    }
}
