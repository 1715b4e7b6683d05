namespace Realtime.Jobs;

/// <summary>What stores record for a job that will not run because a job before it in its flow ended without success.</summary>
public static class BrokenFlow
{
    /// <summary>The type of the error, by which such jobs are found again when the job before them is given another chance.</summary>
    public const string Type = "BrokenFlow";

    /// <summary>The error to record.</summary>
    /// <param name="id">The job that ended.</param>
    /// <param name="name">Its name.</param>
    /// <param name="state">How it ended.</param>
    /// <param name="error">Why; null if nothing is known.</param>
    public static JobError Error(Guid id, string name, JobState state, JobError? error)
    {
        if (error?.Type == Type)
        {
            // Along a chain the reason stays the one it began with.
            return error with { Stack = null };
        }
        var how = state switch
        {
            JobState.Cancelled => "was cancelled",
            JobState.Quarantined => "cannot be run",
            _ => "failed",
        };
        return new JobError(Type, $"The job '{name}' ({id}), which it comes after, {how}{(error is null ? "." : ": " + error.Message)}");
    }
}
