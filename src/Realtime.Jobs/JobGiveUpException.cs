namespace Realtime;

/// <summary>Thrown by a job's handler to fail at once: another attempt would not help.</summary>
public sealed class JobGiveUpException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">Why, for whoever looks at the failed job.</param>
    /// <param name="inner">What led to it; null for nothing.</param>
    public JobGiveUpException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
