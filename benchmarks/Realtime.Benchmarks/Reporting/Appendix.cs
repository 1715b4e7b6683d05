namespace Realtime.Benchmarks.Reporting;

/// <summary>What a group found beside its rounds.</summary>
/// <param name="Markdown">A section for the report.</param>
/// <param name="Raw">The numbers behind it, for the JSON.</param>
internal sealed record Appendix(string Markdown, object Raw);
