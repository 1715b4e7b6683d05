namespace Realtime;

/// <summary>A client has entered another state.</summary>
/// <param name="state">The state it is in now.</param>
/// <param name="reason">Why the connection was lost; null where it was not.</param>
public sealed class RealtimeClientStateChange(RealtimeClientState state, ConnectionLoss? reason) : EventArgs
{
    /// <summary>The state it is in now.</summary>
    public RealtimeClientState State { get; } = state;

    /// <summary>Why the connection was lost; null unless the state is <see cref="RealtimeClientState.Waiting"/> or <see cref="RealtimeClientState.Closed"/>.</summary>
    public ConnectionLoss? Reason { get; } = reason;
}
