namespace Realtime.Jobs;

/// <summary>How one attempt at a job ended. Recorded only while the attempt still holds the job.</summary>
public sealed class JobOutcome
{
    // Made for every attempt: without the holes that nullable values leave.
    private readonly PackedTime _dueAt;
    private readonly double _progress;
    private readonly bool _hasProgress;
    private byte[]? _result;

    /// <summary>The job.</summary>
    public required Guid Id { get; init; }

    /// <summary>The attempt that ended: the fence.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// Where the job goes: a final state; <see cref="JobState.Scheduled"/> to be tried again at <see cref="DueAt"/>; or
    /// <see cref="JobState.Available"/> to be handed back, which gives it one more attempt. The last two become
    /// <see cref="JobState.Cancelled"/> if a cancel was asked for.
    /// </summary>
    public required JobState State { get; init; }

    /// <summary>When to try again.</summary>
    public DateTimeOffset? DueAt
    {
        get => _dueAt.Value;
        init => _dueAt = new PackedTime(value);
    }

    /// <summary>
    /// Whether the attempt is given back, as for a job that asked to be run later: the job gets one more. One that is handed back
    /// (<see cref="JobState.Available"/>) gets it anyway.
    /// </summary>
    public bool IsUncounted { get; init; }

    /// <summary>The result as UTF-8 JSON; null for none.</summary>
    public byte[]? Result
    {
        get => _result;
        init => _result = value;
    }

    /// <summary>Why the attempt failed; null keeps what an earlier attempt left.</summary>
    public JobError? Error { get; init; }

    /// <summary>Lines for the job's log that are not known to be stored, as for <see cref="IJobStore.LogAsync"/>; null for none.</summary>
    public IReadOnlyList<JobLogLine>? Log { get; init; }

    /// <summary>The last progress reported by the attempt; null keeps what is recorded.</summary>
    public double? Progress
    {
        get => _hasProgress ? _progress : null;
        init => (_progress, _hasProgress) = (value.GetValueOrDefault(), value.HasValue);
    }

    /// <summary>The message of the last progress.</summary>
    public string? Message { get; init; }

    /// <summary>The same with another result.</summary>
    internal JobOutcome WithResult(byte[]? result)
    {
        var copy = (JobOutcome)MemberwiseClone();
        copy._result = result;
        return copy;
    }
}
