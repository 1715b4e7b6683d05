namespace Realtime.Producer;

/// <summary>What became of a piece of work; its members are the JSON of <c>--json</c>.</summary>
internal sealed class Summary
{
    private const int MostErrors = 10;

    /// <summary>Jobs that this run has enqueued.</summary>
    public int Enqueued { get; set; }

    /// <summary>Jobs that an earlier run had.</summary>
    public int Known { get; set; }

    public int Succeeded { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Why the first of them failed.</summary>
    public List<string> Errors { get; } = [];

    internal int Ended => Succeeded + Failed;

    /// <summary>Counts a job that has ended; null for one whose retention is over, which had succeeded or was looked at before.</summary>
    public void Count(JobStatus? status)
    {
        if (status is null or { State: JobState.Succeeded })
        {
            Succeeded++;
            return;
        }
        Failed++;
        if (Errors.Count < MostErrors)
        {
            Errors.Add(status.Error?.Message ?? status.State.ToString());
        }
    }
}
