using Realtime.Benchmarks.Groups;
using Realtime.Benchmarks.Running;

namespace Realtime.Benchmarks.Reporting;

/// <summary>All numbers of one group of one run.</summary>
internal sealed record GroupResult(Group Group, MachineFacts Facts, Bench Bench, IReadOnlyList<Measurement> Measurements, Appendix? Appendix)
{
    public int Rounds => Group.Rounds ?? Bench.Rounds;

    /// <summary>Who was measured: a peer that cannot be installed is left out.</summary>
    public IReadOnlyList<Contender> Contenders => [.. Group.Contenders.Where(contender => Measurements.Any(each => each.Contender == contender.Name))];

    public Spread this[string contender, string key] =>
        Spread.Of(Measurements.Where(each => each.Contender == contender).Select(each => each.Values[key]));

    /// <summary>Ours divided by a peer's, round by round, so that what slowed a whole round cancels out.</summary>
    public Spread Ratio(string ours, string peer, string key) =>
        Spread.Of(Measurements.GroupBy(static each => each.Round).Select(round =>
            round.Single(each => each.Contender == ours).Values[key] / round.Single(each => each.Contender == peer).Values[key]));
}
