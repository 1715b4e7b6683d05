namespace Realtime.Conformance.Jobs;

/// <summary>What happens next in a random history of a job store.</summary>
/// <param name="Kind">What.</param>
/// <param name="Which">Which job, claim, node or queue, where it is about one: counted round.</param>
/// <param name="How">In which way, where there are several.</param>
public readonly record struct JobStep(JobStepKind Kind, int Which, int How)
{
    /// <summary>Makes a history.</summary>
    public static List<JobStep> Many(Random random, int count)
    {
        // Weighted: mostly claims and ends, now and then something that goes wrong.
        JobStepKind[] kinds =
        [
            JobStepKind.Enqueue, JobStepKind.Enqueue, JobStepKind.EnqueueFlow, JobStepKind.EnqueueFlow,
            JobStepKind.Claim, JobStepKind.Claim, JobStepKind.Claim, JobStepKind.Claim,
            JobStepKind.Complete, JobStepKind.Complete, JobStepKind.Complete, JobStepKind.Complete, JobStepKind.Complete, JobStepKind.Complete,
            JobStepKind.CompleteLate, JobStepKind.Report, JobStepKind.Cancel, JobStepKind.Beat, JobStepKind.Beat,
            JobStepKind.Advance, JobStepKind.Advance, JobStepKind.Stage, JobStepKind.Stage,
            JobStepKind.Requeue, JobStepKind.Requeue, JobStepKind.Pause, JobStepKind.Rescue, JobStepKind.Kill, JobStepKind.Retire, JobStepKind.Prune, JobStepKind.Restart,
        ];
        return [.. Enumerable.Range(0, count).Select(_ => new JobStep(kinds[random.Next(kinds.Length)], random.Next(1000), random.Next(1000)))];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Which} {How}";
}

/// <summary>The kinds of steps.</summary>
public enum JobStepKind
{
    /// <summary>A job of its own, due now or later.</summary>
    Enqueue,

    /// <summary>Some jobs that wait for each other, by themselves or under a job that is there.</summary>
    EnqueueFlow,

    /// <summary>A node asks for jobs, alive or not.</summary>
    Claim,

    /// <summary>An attempt ends: well, badly, for good, to be run later, or handed back.</summary>
    Complete,

    /// <summary>An attempt that may long have lost its job ends once more.</summary>
    CompleteLate,

    /// <summary>An attempt says how far it is and records a step, whether it still has the job or not.</summary>
    Report,

    /// <summary>A job is cancelled, with all that is under it.</summary>
    Cancel,

    /// <summary>A job is given another chance, or is not to wait for its time.</summary>
    Requeue,

    /// <summary>A queue is paused, or goes on.</summary>
    Pause,

    /// <summary>A node says that it lives.</summary>
    Beat,

    /// <summary>Time passes.</summary>
    Advance,

    /// <summary>What is due becomes available.</summary>
    Stage,

    /// <summary>The jobs of nodes whose lease ran out are taken back.</summary>
    Rescue,

    /// <summary>A node is known to be dead.</summary>
    Kill,

    /// <summary>A node ends at its own wish.</summary>
    Retire,

    /// <summary>What was kept long enough is removed.</summary>
    Prune,

    /// <summary>The store is closed and opened again.</summary>
    Restart,
}
