using System.Runtime.InteropServices;

namespace Realtime.Jobs;

/// <summary>A queue whose rate limit held jobs back.</summary>
/// <param name="Queue">The queue's name.</param>
/// <param name="RetryAfter">How long until the limit allows one more job; positive.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HeldQueue(string Queue, TimeSpan RetryAfter);
