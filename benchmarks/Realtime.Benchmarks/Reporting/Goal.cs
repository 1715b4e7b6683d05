namespace Realtime.Benchmarks.Reporting;

/// <summary>Something the project has promised itself, and whether this run reached it. A run never fails for it.</summary>
internal sealed record Goal(string Text, bool Reached, string Found);
