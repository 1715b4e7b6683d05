namespace Realtime.Sockets;

/// <summary>
/// Tells when to ping a silent peer, and when it is to be given up because it has not answered. It has neither timer nor task: the wheel asks it.
/// </summary>
/// <param name="every">How many ticks from one look to the next.</param>
/// <param name="patience">How many ticks a pinged peer may stay silent.</param>
/// <param name="now">The current tick.</param>
internal struct KeepAlive(long every, long patience, long now)
{
    private int _seen;
    private bool _isPinged;

    /// <summary>Whether there is anything to look at.</summary>
    public readonly bool IsOn => every > 0;

    /// <summary>The tick of the next look.</summary>
    public long NextLook { get; private set; } = now + every;

    /// <summary>Looks at the peer.</summary>
    /// <param name="now">The current tick.</param>
    /// <param name="activity">A number that changes when the peer is heard.</param>
    /// <param name="canHear">Whether the peer could be heard.</param>
    public KeepAliveVerdict Look(long now, int activity, bool canHear)
    {
        if (now < NextLook)
        {
            return KeepAliveVerdict.Alive;
        }
        if (activity != _seen || !canHear)
        {
            (_seen, _isPinged, NextLook) = (activity, false, now + every);
            return KeepAliveVerdict.Alive;
        }
        if (_isPinged)
        {
            return KeepAliveVerdict.Dead;
        }
        (_isPinged, NextLook) = (true, now + patience);
        return KeepAliveVerdict.Ping;
    }
}

/// <summary>What is to be done about a peer.</summary>
internal enum KeepAliveVerdict
{
    /// <summary>Nothing.</summary>
    Alive,

    /// <summary>It was silent: ask it.</summary>
    Ping,

    /// <summary>It did not answer: cut it off.</summary>
    Dead,
}
