namespace Realtime;

/// <summary>Why somebody is no longer in a topic: a parameter that a leave handler may take.</summary>
public enum LeaveReason
{
    /// <summary>The client asked to leave.</summary>
    Left,

    /// <summary>Its connection has ended: closed by the client, lost, or closed by the server for a fault of the client's or because the server stops.</summary>
    ConnectionLost,

    /// <summary>The app took it out, or closed its connection (<see cref="Member.Remove"/>, <see cref="Member.Disconnect"/>).</summary>
    Removed,
}
