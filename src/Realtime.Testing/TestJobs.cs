namespace Realtime.Testing;

/// <summary>When the jobs of an app under test run.</summary>
public enum TestJobs
{
    /// <summary>As in life: beside whatever enqueued them. <see cref="JobQueue.DrainAsync"/> waits for them.</summary>
    Background,

    /// <summary>
    /// Inside the enqueue: when it returns, the job has run, and so has what it enqueued, as far as it is due. A job that failed waits for its
    /// next attempt. An enqueue from inside a job does not wait: the outermost one does.
    /// </summary>
    Inline,

    /// <summary>Only inside <see cref="JobQueue.DrainAsync"/>, so that a test can look at the jobs before.</summary>
    Manual,
}
