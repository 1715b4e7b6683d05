using Realtime.Jobs;

namespace Realtime.Conformance.Jobs;

/// <summary>A job as the model sees it.</summary>
internal sealed class ModelJob(JobSpec spec, int number)
{
    public readonly JobSpec Spec = spec;
    public readonly int Number = number;
    public readonly List<ModelLink> Before = [];
    public readonly Dictionary<string, byte[]> Steps = [];
    public JobState State;
    public int Attempt;
    public int MaxAttempts = spec.MaxAttempts;
    public long? Node;
    public DateTimeOffset? DueAt = spec.DueAt;
    public DateTimeOffset? FinishedAt;
    public bool CancelRequested;
    public string? Error;
    public byte? Result;
    public double? Progress;

    public bool IsFinal => State >= JobState.Succeeded;

    public bool IsHeldBy(long node, int attempt) => State == JobState.Running && Node == node && Attempt == attempt;

    /// <summary>What can be seen of it, to be compared.</summary>
    public string Describe() => Describe(State, Attempt, MaxAttempts, Node, DueAt, FinishedAt, CancelRequested, Error, Result, Progress);

    public static string Describe(JobRecord record) => Describe(
        record.State, record.Attempt, record.MaxAttempts, record.Node, record.DueAt, record.FinishedAt, record.CancelRequested, record.Error?.Type,
        record.Result?.Single(), record.Progress);

    // How many attempts a job has and when it is due means nothing once it has ended.
    private static string Describe(
        JobState state, int attempt, int maxAttempts, long? node, DateTimeOffset? due, DateTimeOffset? finished, bool cancel, string? error, byte? result, double? progress) =>
        $"{state}, attempt {attempt} of {(state < JobState.Succeeded ? maxAttempts : 0)}, node {node}, due {(state < JobState.Succeeded ? due : null):T}, finished {finished:T}, cancel {cancel}, error {error}, result {result}, progress {progress}";
}

/// <summary>That a job waits for another, and how that one ended.</summary>
internal sealed class ModelLink(ModelJob job)
{
    public readonly ModelJob Job = job;
    public JobState? End;
    public byte? Result;
}
