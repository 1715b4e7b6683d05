namespace Realtime;

/// <summary>
/// Thrown by a job's handler that cannot do its work yet: it runs again later, as if this attempt had not been. Nothing has failed, so
/// nothing is logged and no error kept.
/// </summary>
public sealed class JobSnoozeException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="delay">How long until it is to run again; positive.</param>
    public JobSnoozeException(TimeSpan delay)
        : base($"The job asked to be run again in {delay}.")
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(delay, TimeSpan.Zero);
        Delay = delay;
    }

    /// <summary>How long until it is to run again.</summary>
    public TimeSpan Delay { get; }
}
