namespace Realtime.Jobs;

/// <summary>For stores: says before anything is written whether a batch of jobs is rejected, for it is added as a whole or not at all.</summary>
public static class BatchConflicts
{
    /// <summary>The results of a batch with a job in it that is to be rejected; null if there is none.</summary>
    /// <param name="jobs">The batch.</param>
    /// <param name="holder">The id of the job that has a unique key and has not ended; null if there is none.</param>
    /// <param name="isKnown">Whether a kept job has an idempotency key.</param>
    public static IReadOnlyList<EnqueueResult>? Find(IReadOnlyList<JobSpec> jobs, Func<string, Guid?> holder, Func<string, bool> isKnown)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(holder);
        ArgumentNullException.ThrowIfNull(isKnown);
        if (!jobs.Any(static job => job.UniqueKey is not null && job.OnConflict == UniqueConflict.Reject))
        {
            return null;
        }
        var (keys, known) = (new Dictionary<string, Guid>(), new HashSet<string>());
        EnqueueResult[]? results = null;
        for (var index = 0; index < jobs.Count; index++)
        {
            var job = jobs[index];
            if (job.IdempotencyKey is { } once && (!known.Add(once) || isKnown(once)))
            {
                continue;
            }
            if (job.UniqueKey is not { } key)
            {
                continue;
            }
            if (job.OnConflict == UniqueConflict.Reject && (keys.TryGetValue(key, out var other) ? other : holder(key)) is { } existing)
            {
                results ??= [.. jobs.Select(static one => new EnqueueResult(one.Id, EnqueueStatus.Rejected))];
                results[index] = new EnqueueResult(existing, EnqueueStatus.Rejected);
            }
            keys.TryAdd(key, job.Id);
        }
        return results;
    }
}
