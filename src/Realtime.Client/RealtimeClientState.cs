namespace Realtime;

/// <summary>What a <see cref="RealtimeClient"/> is doing.</summary>
public enum RealtimeClientState
{
    /// <summary>Nothing yet: it connects with the first join, or when it is told to.</summary>
    New,

    /// <summary>It opens a connection.</summary>
    Connecting,

    /// <summary>The server has said welcome.</summary>
    Open,

    /// <summary>The connection was lost; it waits before it tries again.</summary>
    Waiting,

    /// <summary>It is closed for good: it was disposed of, or the server said that there is no use in trying again.</summary>
    Closed,
}
