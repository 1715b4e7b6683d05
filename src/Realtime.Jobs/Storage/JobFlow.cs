namespace Realtime.Jobs;

/// <summary>A job's part in a flow: what it does with the ends of the jobs before it. See <see cref="IJobStore.EnqueueFlowAsync"/>.</summary>
public sealed record JobFlow
{
    /// <summary>What its handler is given. <see cref="FlowInput.None"/> unless set: its own arguments.</summary>
    public FlowInput Input { get; init; }

    /// <summary>
    /// Whether it runs however the jobs before it end. False unless set: then it is cancelled, with the reason, as soon as one of them
    /// ends without success.
    /// </summary>
    public bool EvenIfFailed { get; init; }

    /// <summary>How long it waits behind the end of the last job before it. Zero unless set.</summary>
    public TimeSpan Delay { get; init; }
}

/// <summary>What the handler of a job in a flow is given as its arguments. The numbers are part of every store's format.</summary>
public enum FlowInput
{
    /// <summary>The arguments it was enqueued with.</summary>
    None = 0,

    /// <summary>The result of the one job before it.</summary>
    Result = 1,

    /// <summary>The results of the jobs before it, as an array in their order.</summary>
    Results = 2,
}
