namespace Realtime;

/// <summary>Events of a topic are missing that the server no longer has: load anew what was made of them.</summary>
/// <param name="place">Where events go on; null for a topic that keeps no history any more.</param>
public sealed class TopicReset(TopicPlace? place) : EventArgs
{
    /// <summary>Where events go on; null for a topic that keeps no history any more.</summary>
    public TopicPlace? Place { get; } = place;
}
