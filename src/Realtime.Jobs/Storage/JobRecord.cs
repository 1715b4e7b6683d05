namespace Realtime.Jobs;

/// <summary>A job as its store knows it: what was asked for and how far it got. A snapshot, never updated.</summary>
public sealed class JobRecord
{
    // Made for every attempt: without the holes that nullable values leave.
    private readonly PackedTime _dueAt;
    private readonly PackedTime _startedAt;
    private readonly PackedTime _finishedAt;
    private readonly long _node;
    private readonly bool _hasNode;
    private readonly double _progress;
    private readonly bool _hasProgress;
    private byte[]? _result;

    /// <summary>What was asked for.</summary>
    public required JobSpec Spec { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required JobState State { get; init; }

    /// <summary>How many times it was claimed, this time included. It only ever grows, which makes it the fence of every write.</summary>
    public required int Attempt { get; init; }

    /// <summary>How many attempts it has. Grows beyond the one asked for when a worker hands the job back unfinished.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>The node that runs it; null unless it is running.</summary>
    public long? Node
    {
        get => _hasNode ? _node : null;
        init => (_node, _hasNode) = (value.GetValueOrDefault(), value.HasValue);
    }

    /// <summary>When it is due; null when it is or was due at once.</summary>
    public DateTimeOffset? DueAt
    {
        get => _dueAt.Value;
        init => _dueAt = new PackedTime(value);
    }

    /// <summary>When the newest attempt was claimed; null before the first.</summary>
    public DateTimeOffset? StartedAt
    {
        get => _startedAt.Value;
        init => _startedAt = new PackedTime(value);
    }

    /// <summary>When it reached a final state; null before that.</summary>
    public DateTimeOffset? FinishedAt
    {
        get => _finishedAt.Value;
        init => _finishedAt = new PackedTime(value);
    }

    /// <summary>Whether someone asked for it to be cancelled.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>How far it says it is, from 0 to 1; null if it never said.</summary>
    public double? Progress
    {
        get => _hasProgress ? _progress : null;
        init => (_progress, _hasProgress) = (value.GetValueOrDefault(), value.HasValue);
    }

    /// <summary>What it says about its progress; null if nothing.</summary>
    public string? Message { get; init; }

    /// <summary>What its handler returned, as UTF-8 JSON; null without a result.</summary>
    public byte[]? Result
    {
        get => _result;
        init => _result = value;
    }

    /// <summary>Why its last failed attempt failed; null if none did.</summary>
    public JobError? Error { get; init; }

    /// <summary>The same with another result.</summary>
    internal JobRecord WithResult(byte[]? result)
    {
        var copy = (JobRecord)MemberwiseClone();
        copy._result = result;
        return copy;
    }
}
