namespace Realtime.Sockets;

/// <summary>What became of one connection's presence.</summary>
/// <param name="Record">The connection, as it is now or was last.</param>
/// <param name="State">Whether it is here.</param>
public readonly record struct PresenceChange(PresenceRecord Record, PresenceState State);

/// <summary>Whether a connection is in a topic, and if not, why.</summary>
public enum PresenceState
{
    /// <summary>It came, or its user or data changed.</summary>
    Here,

    /// <summary>It left the topic.</summary>
    Left,

    /// <summary>The connection ended, or its node failed: its user may be back in a moment.</summary>
    Lost,
}
