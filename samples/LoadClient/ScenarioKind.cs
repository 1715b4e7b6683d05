namespace Realtime.LoadClient;

/// <summary>What the connections do.</summary>
internal enum ScenarioKind
{
    /// <summary>Some speak, all hear.</summary>
    FanOut,

    /// <summary>Each speaks in a topic of its own and waits to hear itself.</summary>
    Echo,

    /// <summary>Connect, join, speak once, vanish without closing; again and again.</summary>
    Churn,

    /// <summary>Join, and only stay.</summary>
    Idle,

    /// <summary>As fan-out, but some stop reading.</summary>
    SlowReaders,

    /// <summary>GET requests.</summary>
    Http,
}
