namespace Realtime.Jobs;

/// <summary>A job store could not do what was asked. The message says why and what to do.</summary>
public sealed class JobStoreException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="inner">What the store's driver threw; null if nothing.</param>
    public JobStoreException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
