using System.Runtime.InteropServices;

namespace Realtime.Jobs;

/// <summary>Says that one job of a flow waits for another.</summary>
/// <param name="Before">The job that runs first.</param>
/// <param name="After">The job that waits for it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct JobLink(Guid Before, Guid After);
