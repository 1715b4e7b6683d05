namespace Realtime.Jobs;

/// <summary>What stores record for a job whose worker died during its last attempt.</summary>
public static class LostWorker
{
    /// <summary>The error to record.</summary>
    public static JobError Error { get; } = new("LostWorker", "The worker died during the last attempt: its lease ran out.");
}
