namespace Realtime.Jobs;

/// <summary>What a job in memory left behind while it ran, and its place in a flow. Only touched under its store's lock.</summary>
internal sealed class JobTraces
{
    public double? Progress;
    public string? Message;
    public JobError? Error;
    public Dictionary<string, byte[]>? Steps;
    public Queue<JobLogLine>? Log;
    public FlowEntry? Flow;
}
