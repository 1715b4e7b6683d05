namespace Realtime.Conformance.Backplane;

/// <summary>What happens next in a random history.</summary>
/// <param name="Kind">What.</param>
/// <param name="Member">To which client, where it is about one.</param>
/// <param name="Count">How many events or seconds, where it is about some.</param>
public readonly record struct ResumeStep(ResumeStepKind Kind, int Member, int Count)
{
    /// <summary>Makes a history.</summary>
    public static List<ResumeStep> Many(Random random, int count)
    {
        // Weighted: mostly publishes, comings and goings; now and then something that evicts.
        ResumeStepKind[] kinds =
        [
            ResumeStepKind.Publish, ResumeStepKind.Publish, ResumeStepKind.Publish, ResumeStepKind.PublishLarge, ResumeStepKind.PublishTwice,
            ResumeStepKind.Join, ResumeStepKind.Join, ResumeStepKind.Join, ResumeStepKind.JoinWhilePublishing, ResumeStepKind.JoinWhilePublishing,
            ResumeStepKind.CatchUp, ResumeStepKind.CatchUp, ResumeStepKind.Drop, ResumeStepKind.Drop, ResumeStepKind.Leave,
            ResumeStepKind.Wait, ResumeStepKind.Wait, ResumeStepKind.Restart,
        ];
        return [.. Enumerable.Range(0, count).Select(_ => new ResumeStep(kinds[random.Next(kinds.Length)], random.Next(ResumeRun.Members), random.Next(1, 12)))];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Member} {Count}";
}

/// <summary>The kinds of steps.</summary>
public enum ResumeStepKind
{
    /// <summary>Some events, one after the other.</summary>
    Publish,

    /// <summary>Some events that soon fill the outbox of a client that does not read.</summary>
    PublishLarge,

    /// <summary>An event whose publisher tries again with the same key.</summary>
    PublishTwice,

    /// <summary>A client connects if it is not, and joins with its place. It reads up to the reply, and nothing behind it.</summary>
    Join,

    /// <summary>The same, while events are published.</summary>
    JoinWhilePublishing,

    /// <summary>A client reads what there is; one that does not is paused.</summary>
    CatchUp,

    /// <summary>A client's connection is lost, with all that it has not read.</summary>
    Drop,

    /// <summary>A client leaves the topic and stays connected.</summary>
    Leave,

    /// <summary>Time passes: seven seconds for each.</summary>
    Wait,

    /// <summary>The server is stopped and another one started.</summary>
    Restart,
}
