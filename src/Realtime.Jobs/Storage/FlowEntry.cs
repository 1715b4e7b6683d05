namespace Realtime.Jobs;

/// <summary>A job's place in a flow in memory. Only touched under its store's lock.</summary>
internal sealed class FlowEntry
{
    /// <summary>The jobs before it, and how those that ended did.</summary>
    public readonly List<LinkedJob> Inputs = [];

    /// <summary>The jobs that wait for it, and its place among the inputs of each.</summary>
    public readonly List<(JobEntry Job, int Place)> Next = [];

    /// <summary>How many of the jobs before it have not ended as it needs them to.</summary>
    public int Pending;
}
