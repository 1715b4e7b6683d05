namespace Realtime.Jobs;

/// <summary>The jobs that what comes next waits for.</summary>
/// <param name="Jobs">Their ids, in order.</param>
/// <param name="IsGroup">Whether their results are handed on as an array, and not the result of the one as it is.</param>
internal sealed record FlowEnds(IReadOnlyList<Guid> Jobs, bool IsGroup)
{
    public static FlowEnds None { get; } = new([], IsGroup: false);

    public static FlowEnds One(Guid job) => new([job], IsGroup: false);

    public static FlowEnds Group(IReadOnlyList<Guid> jobs) => new(jobs, IsGroup: true);
}
