namespace Realtime;

/// <summary>
/// Thrown by a job's handler to be tried again after a time that it knows, as a server's <c>Retry-After</c> (RFC 9110, section 10.2.3)
/// says it. The attempt counts as failed. Exceptions of an app's own may be derived from it.
/// </summary>
public class JobRetryException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="after">How long to wait, in place of <see cref="JobOptions.Backoff"/> and without chance; zero or more.</param>
    /// <param name="message">Why, for whoever looks at the job.</param>
    /// <param name="inner">What led to it; null for nothing.</param>
    public JobRetryException(TimeSpan after, string message, Exception? inner = null)
        : base(message, inner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(after, TimeSpan.Zero);
        After = after;
    }

    /// <summary>How long to wait before the next attempt.</summary>
    public TimeSpan After { get; }
}
