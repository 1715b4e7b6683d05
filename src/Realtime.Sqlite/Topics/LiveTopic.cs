namespace Realtime.Sqlite;

/// <summary>A topic that somebody in this process is subscribed to: it stays in the file, and keeps the epoch that was told.</summary>
internal sealed class LiveTopic
{
    private volatile string? _epoch;

    /// <summary>How many subscriptions; owned by <see cref="LiveTopics"/>.</summary>
    public int Uses { get; set; }

    /// <summary>
    /// The epoch that readers may have been told; null until the writer has come by since the topic was subscribed to: from then on it cannot be forgotten.
    /// </summary>
    public string? Epoch
    {
        get => _epoch;
        set => _epoch = value;
    }
}
