namespace Realtime.Jobs;

/// <summary>What another process says it has done to the jobs of a shared store. Only hints: they may be late, lost, or about nothing.</summary>
[Flags]
public enum JobHints
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>There may be jobs to claim.</summary>
    Available = 1,

    /// <summary>A job may have been scheduled earlier than any known.</summary>
    Scheduled = 2,
}
