using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;

namespace Realtime.Benchmarks.Groups;

/// <summary>
/// A question with contenders: a new one is a class here, and a line in <see cref="All"/>.
/// </summary>
internal abstract class Group
{
    public static IReadOnlyList<Group> All { get; } = [.. HttpRoute.All.Select(static route => new HttpGroup(route)), new StartGroup(), new SocketsGroup(), new ChurnGroup(), new JobsGroup()];

    /// <summary>Its name on the command line and its report's file name.</summary>
    public abstract string Name { get; }

    public abstract string Title { get; }

    /// <summary>A paragraph for the report: what is measured, and how to read it.</summary>
    public abstract string About { get; }

    /// <summary>Who is measured; the first is ours.</summary>
    public abstract IReadOnlyList<Contender> Contenders { get; }

    /// <summary>Who else appears in what <see cref="ExploreAsync"/> finds.</summary>
    public virtual IReadOnlyList<Contender> Others => [];

    public abstract IReadOnlyList<Metric> Metrics { get; }

    /// <summary>How many rounds; null for as many as the run has.</summary>
    public virtual int? Rounds => null;

    /// <summary>Checks that a server answers correctly, warms it up and measures it.</summary>
    public abstract Task<IReadOnlyDictionary<string, double>> MeasureAsync(Server server, Bench bench);

    /// <summary>A measurement in a few words, for the terminal.</summary>
    public abstract string Describe(IReadOnlyDictionary<string, double> values);

    public virtual IEnumerable<Goal> Goals(GroupResult result) => [];

    /// <summary>Measures what does not fit the rounds; null for nothing.</summary>
    public virtual Task<Appendix?> ExploreAsync(GroupRunner runner) => Task.FromResult<Appendix?>(null);
}
