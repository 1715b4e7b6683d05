namespace Realtime.Jobs;

/// <summary>One part of a flow: what runs between what comes before it and what comes after.</summary>
internal abstract record FlowPart
{
    /// <summary>Plans its jobs behind those that come before it, and returns the last of them.</summary>
    public abstract FlowEnds Plan(FlowPlan plan, FlowEnds before, bool always);
}

/// <summary>One job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Args">Its arguments; null to be given the results of what comes before it.</param>
/// <param name="Options">What else to say about it; null for nothing.</param>
internal sealed record FlowStep(Job Job, byte[]? Args, EnqueueOptions? Options) : FlowPart
{
    public override FlowEnds Plan(FlowPlan plan, FlowEnds before, bool always) => FlowEnds.One(plan.Add(Job, Args, Options ?? EnqueueOptions.None, before, always));
}

/// <summary>Flows side by side.</summary>
/// <param name="Members">The flows.</param>
internal sealed record FlowGroup(IReadOnlyList<Flow> Members) : FlowPart
{
    public override FlowEnds Plan(FlowPlan plan, FlowEnds before, bool always)
    {
        if (before.IsGroup)
        {
            // Each member waits for one job, not for each of the group before: the links would be as many as the product of the two.
            (before, always) = (FlowEnds.One(plan.Gather(before, always)), false);
        }
        if (Members.Count == 0 && before.Jobs.Count > 0)
        {
            return FlowEnds.One(plan.GatherNothing(before, always));
        }
        return FlowEnds.Group([.. Members.Select(member => plan.AddOne(member, before, always))]);
    }
}

/// <summary>A flow inside another.</summary>
/// <param name="Inner">The flow.</param>
internal sealed record NestedFlow(Flow Inner) : FlowPart
{
    public override FlowEnds Plan(FlowPlan plan, FlowEnds before, bool always) => plan.Add(Inner, before, always);
}
