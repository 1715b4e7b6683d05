namespace Realtime;

/// <summary>A job whose result was awaited ended without one: it failed for good, was cancelled, or nothing here can run it.</summary>
public sealed class JobFailedException : Exception
{
    internal JobFailedException(Guid id, string name, JobState state, JobError? error)
        : base(Describe(id, name, state, error))
    {
        Id = id;
        State = state;
        Error = error;
    }

    /// <summary>The job's id.</summary>
    public Guid Id { get; }

    /// <summary>How it ended: <see cref="JobState.Failed"/>, <see cref="JobState.Cancelled"/> or <see cref="JobState.Quarantined"/>.</summary>
    public JobState State { get; }

    /// <summary>Why; null where no attempt left a reason.</summary>
    public JobError? Error { get; }

    private static string Describe(Guid id, string name, JobState state, JobError? error)
    {
        var how = state switch
        {
            JobState.Cancelled => "was cancelled",
            JobState.Quarantined => "cannot be run here",
            _ => "failed",
        };
        return error is null ? $"The job '{name}' ({id}) {how}." : $"The job '{name}' ({id}) {how}: {error.Message}";
    }
}
