using Realtime.Sockets;

namespace Realtime;

/// <summary>How a topic tells its members who is here.</summary>
public sealed record PresenceOptions
{
    /// <summary>
    /// How long somebody whose last connection was lost is still shown, so that a reload or a short loss of the network is not seen as a leave and a
    /// join; who comes back meanwhile has never been away. A client that leaves the topic is gone at once, and so is one without a
    /// <see cref="Member.User"/>, as nobody could come back as the same. 5 seconds by default, <see cref="TimeSpan.Zero"/> for none.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether all connections of one <see cref="Member.User"/> are shown as one. True by default; false where each window is to be seen, with data of its own.
    /// </summary>
    public bool MergeUsers { get; init; } = true;

    /// <summary>Whether the members are told only how many are here. False by default.</summary>
    public bool CountOnly { get; init; }

    /// <summary>
    /// How many are listed: while more are here the members are told only how many, as with <see cref="CountOnly"/>. 1,000 by default.
    /// </summary>
    public int MaxListed { get; init; } = 1000;

    internal void Validate()
    {
        OptionRule.Positive(Grace, "PresenceOptions.Grace", mayBeZero: true);
        OptionRule.Positive(MaxListed, "PresenceOptions.MaxListed");
    }
}
