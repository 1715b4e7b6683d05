namespace Realtime.Jobs;

/// <summary>A job under another as the command line shows it.</summary>
internal sealed record ChildView(Guid Id, string Name, JobState State);
