namespace Realtime.Benchmarks.Reporting;

/// <summary>One contender's numbers of one round, by the keys of the group's metrics.</summary>
internal sealed record Measurement(string Contender, int Round, IReadOnlyDictionary<string, double> Values);
