namespace Realtime;

/// <summary>Finds jobs for those who may see them.</summary>
internal sealed class JobAccess(JobQueue jobs, Func<Request, Guid, ValueTask<bool>>? authorize)
{
    /// <summary>Where a job stands; null if there is none, or none for whoever asks.</summary>
    public async ValueTask<JobStatus?> FindAsync(Request request, string id, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(id, "D", out var job) || (authorize is not null && !await authorize(request, job)))
        {
            return null;
        }
        return await jobs.FindAsync(job, cancellationToken);
    }
}
