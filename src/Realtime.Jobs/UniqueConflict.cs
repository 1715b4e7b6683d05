namespace Realtime;

/// <summary>What to do when a job is enqueued under a unique key that another, which has not ended, has already.</summary>
public enum UniqueConflict
{
    /// <summary>Nothing is added; the handle is the existing job's.</summary>
    ReturnExisting = 0,

    /// <summary>Nothing is added, and the enqueue throws <see cref="JobConflictException"/>.</summary>
    Reject = 1,

    /// <summary>
    /// The existing job is cancelled, and the new one takes the key: one that waits is cancelled at once, one that runs is told to stop
    /// and may go on beside the new one until it does.
    /// </summary>
    Replace = 2,
}
