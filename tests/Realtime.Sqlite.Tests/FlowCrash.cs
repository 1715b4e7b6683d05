namespace Realtime.Sqlite;

/// <summary>When a process dies that runs a flow.</summary>
public enum FlowCrash
{
    /// <summary>In the middle of a step.</summary>
    Running,

    /// <summary>When steps have ended, and before that is recorded.</summary>
    BeforeRecord,

    /// <summary>When ends are recorded, and before the worker knows.</summary>
    AfterRecord,
}
