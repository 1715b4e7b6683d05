using System.Runtime.InteropServices;

namespace Realtime.Jobs;

/// <summary>What staging did.</summary>
/// <param name="Staged">How many scheduled jobs became available.</param>
/// <param name="NextDueAt">When the next scheduled job is due; null if none is scheduled.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StageResult(int Staged, DateTimeOffset? NextDueAt);
