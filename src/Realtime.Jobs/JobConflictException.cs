namespace Realtime;

/// <summary>A job was not enqueued because another one has its unique key, and <see cref="UniqueConflict.Reject"/> was asked for.</summary>
public sealed class JobConflictException : Exception
{
    internal JobConflictException(string name, string? key, Guid existing)
        : base($"The job '{name}' was not enqueued: the job {existing} has the unique key '{key}' and has not ended.") => ExistingId = existing;

    /// <summary>The id of the job that has the key.</summary>
    public Guid ExistingId { get; }
}
