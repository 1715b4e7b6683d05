namespace Realtime.Sqlite;

/// <summary>What the writer remembers of a topic that is in the file.</summary>
internal sealed class TopicRow
{
    public required long Id { get; init; }

    public required string Epoch { get; init; }

    /// <summary>The newest offset.</summary>
    public required long Top { get; set; }

    /// <summary>When the newest event was published: times never run backwards within a topic, so that events expire in order.</summary>
    public required long At { get; set; }

    public required long Size { get; set; }

    /// <summary>How long events are kept, in ticks; null for no limit.</summary>
    public required long? TimeToLive { get; set; }

    /// <summary>When to look for expired events, in ticks; null for never.</summary>
    public required long? Expires { get; set; }

    /// <summary>Up to which offset events are gone from the file.</summary>
    public required long Pruned { get; set; }
}
