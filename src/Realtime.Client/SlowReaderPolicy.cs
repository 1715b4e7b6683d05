namespace Realtime;

/// <summary>What becomes of a reader of events who is <see cref="RealtimeClientOptions.EventBuffer"/> events behind.</summary>
public enum SlowReaderPolicy
{
    /// <summary>
    /// It gets the events in its buffer, then a <see cref="RealtimeException"/> with the code <c>too_slow</c>: no gap goes unseen. The connection and
    /// other readers are not disturbed.
    /// </summary>
    Fail,

    /// <summary>The oldest event in its buffer makes room for the newest, and is counted in <see cref="JoinedTopic.Dropped"/>.</summary>
    DropOldest,
}
