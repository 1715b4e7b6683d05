namespace Realtime.Jobs;

/// <summary>A job in memory. Only touched under its store's lock.</summary>
internal sealed class JobEntry(JobSpec spec, AvailableJobs home)
{
    public readonly JobSpec Spec = spec;

    /// <summary>The queue it waits in and runs in.</summary>
    public readonly AvailableJobs Home = home;
    public int Attempt;
    public int MaxAttempts = spec.MaxAttempts;

    /// <summary>Whether it has its unique key: another may have taken it over.</summary>
    public bool HasKey = spec.UniqueKey is not null;

    /// <summary>How many times it has ended: more than once if it was requeued.</summary>
    public int Ends;
    public long Node;
    public DateTimeOffset? DueAt = spec.DueAt;
    public DateTimeOffset StartedAt;
    public DateTimeOffset FinishedAt;
    public bool CancelRequested;
    public double? Progress;
    public string? Message;
    public byte[]? Result;
    public JobError? Error;
    public Dictionary<string, byte[]>? Steps;
    public FlowEntry? Flow;
    public Queue<JobLogLine>? Log;
    private JobState _state = JobState.Scheduled;
    private bool _isKept;

    /// <summary>Where it is in its life. Its queue counts along.</summary>
    public JobState State
    {
        get => _state;
        set
        {
            if (_isKept)
            {
                Home.Count(_state, -1);
                Home.Count(value, 1);
            }
            _state = value;
        }
    }

    /// <summary>Whether its store has it, so that its queue counts it.</summary>
    public bool IsKept
    {
        get => _isKept;
        set
        {
            if (_isKept != value)
            {
                Home.Count(_state, value ? 1 : -1);
                _isKept = value;
            }
        }
    }

    public bool IsHeldBy(long node, int attempt) => State == JobState.Running && Node == node && Attempt == attempt;

    public JobRecord ToRecord() => new()
    {
        Spec = Spec,
        State = State,
        Attempt = Attempt,
        MaxAttempts = MaxAttempts,
        Node = State == JobState.Running ? Node : null,
        DueAt = DueAt,
        StartedAt = Attempt > 0 ? StartedAt : null,
        FinishedAt = State >= JobState.Succeeded ? FinishedAt : null,
        CancelRequested = CancelRequested,
        Progress = Progress,
        Message = Message,
        Result = Result,
        Error = Error,
    };
}
