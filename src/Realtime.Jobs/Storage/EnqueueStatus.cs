namespace Realtime.Jobs;

/// <summary>Whether an enqueue added a job.</summary>
public enum EnqueueStatus
{
    /// <summary>The job was added.</summary>
    Added,

    /// <summary>A job with its key is there already, and nothing was added.</summary>
    Existing,

    /// <summary>
    /// A job with its unique key is there already, and it was not to be added then. If one of many is rejected, all are: those that
    /// nothing was in the way of have their own ids in the result.
    /// </summary>
    Rejected,
}
