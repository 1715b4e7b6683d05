namespace Realtime.Jobs;

/// <summary>One running process that claims jobs. Its lease covers all the jobs it holds.</summary>
/// <param name="Id">A random number of its own for each start, never 0.</param>
/// <param name="Host">
/// What its process id is unique within: one boot of one machine, and one process namespace of it. Empty where that is unknown,
/// and then nobody concludes anything from the process id.
/// </param>
/// <param name="ProcessId">Its process id on that host.</param>
/// <param name="ProcessStart">When that process started, in the unit of the host, to tell it from a later one with the same id.</param>
public sealed record JobNode(long Id, string Host, int ProcessId, long ProcessStart);
