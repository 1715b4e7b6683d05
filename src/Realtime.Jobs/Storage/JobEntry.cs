namespace Realtime.Jobs;

/// <summary>A job in memory. Only touched under its store's lock.</summary>
internal sealed class JobEntry(JobSpec spec, AvailableJobs home)
{
    public readonly JobSpec Spec = spec;

    /// <summary>The queue it waits in and runs in.</summary>
    public readonly AvailableJobs Home = home;
    public byte[]? Result;
    public long Node;
    public int Attempt;
    public int MaxAttempts = spec.MaxAttempts;

    /// <summary>How many times it has ended: more than once if it was requeued.</summary>
    public int Ends;

    /// <summary>Whether it has its unique key: another may have taken it over.</summary>
    public bool HasKey = spec.UniqueKey is not null;
    public bool CancelRequested;
    private bool _isKept;
    private sbyte _state = (sbyte)JobState.Scheduled;

    private PackedTime _dueAt = new(spec.DueAt);
    private PackedTime _startedAt;
    private PackedTime _finishedAt;
    private JobTraces? _traces;

    /// <summary>Where it is in its life. Its queue counts along.</summary>
    public JobState State
    {
        get => (JobState)_state;
        set
        {
            if (_isKept)
            {
                Home.Count(State, -1);
                Home.Count(value, 1);
            }
            _state = (sbyte)value;
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
                Home.Count(State, value ? 1 : -1);
                _isKept = value;
            }
        }
    }

    public DateTimeOffset? DueAt
    {
        get => _dueAt.Value;
        set => _dueAt = new PackedTime(value);
    }

    public DateTimeOffset? StartedAt
    {
        get => _startedAt.Value;
        set => _startedAt = new PackedTime(value);
    }

    public DateTimeOffset? FinishedAt
    {
        get => _finishedAt.Value;
        set => _finishedAt = new PackedTime(value);
    }

    /// <summary>What is there only once it has said, done or suffered something, or is part of a flow; null for nothing.</summary>
    public JobTraces? Traces => _traces;

    /// <summary>The same, to be added to.</summary>
    public JobTraces Leave() => _traces ??= new JobTraces();

    public FlowEntry? Flow => _traces?.Flow;

    public JobError? Error
    {
        get => _traces?.Error;
        set
        {
            if (value is not null || _traces is not null)
            {
                Leave().Error = value;
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
        StartedAt = StartedAt,
        FinishedAt = State >= JobState.Succeeded ? FinishedAt : null,
        CancelRequested = CancelRequested,
        Progress = _traces?.Progress,
        Message = _traces?.Message,
        Result = Result,
        Error = Error,
    };
}
