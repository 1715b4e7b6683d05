namespace Realtime.LoadClient.Reporting;

/// <summary>How far a run is, for whoever watches it.</summary>
internal sealed record Snapshot(
    string Phase, double Share, int Open, int Connections, long Done, long Faults, long Errors, Sample Last, double P50, double P99, double Max);
