namespace Realtime.Jobs;

/// <summary>Whose turn it is to enqueue the job of an occurrence.</summary>
public enum ScheduleTurn
{
    /// <summary>The caller's, for the time asked for.</summary>
    Yours,

    /// <summary>Another node's: look again when that has had its time.</summary>
    Others,

    /// <summary>Nobody's: the occurrence is enqueued already, the schedule is paused, or it is not known.</summary>
    Over,
}
