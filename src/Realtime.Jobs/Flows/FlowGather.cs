namespace Realtime.Jobs;

/// <summary>The job behind a group that has none of its own: its result is the array of the group's results. Every worker can run it.</summary>
internal static class FlowGather
{
    public const string Name = "realtime.gather";

    // An empty group's. Its own arguments are not read: what is around enqueues may have encrypted them.
    private static readonly byte[] Nothing = [.. "[]"u8];

    public static JobOutcome End(JobRecord record, byte[] args) =>
        new() { Id = record.Spec.Id, Attempt = record.Attempt, State = JobState.Succeeded, Result = record.Spec.Flow is { Input: FlowInput.None } ? Nothing : args };
}
