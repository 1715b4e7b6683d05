namespace Realtime.Benchmarks.Load;

/// <summary>What came of a broadcast: milliseconds, counts, and fractions of one core.</summary>
internal sealed record BroadcastResult
{
    public required long Expected { get; init; }

    public required long Received { get; init; }

    public required long Missing { get; init; }

    public required long Doubled { get; init; }

    public required long OutOfOrder { get; init; }

    /// <summary>Messages that came without a stamp that can be read, or none where one belongs.</summary>
    public required long Damaged { get; init; }

    /// <summary>Receivers that the server closed, by close code.</summary>
    public required IReadOnlyDictionary<int, int> Closed { get; init; }

    /// <summary>Deliveries per second, from the first measured message's due time to the last arrival.</summary>
    public required double DeliveriesPerSecond { get; init; }

    public required double P50 { get; init; }

    public required double P90 { get; init; }

    public required double P99 { get; init; }

    public required double P999 { get; init; }

    public required double Max { get; init; }

    /// <summary>The load's own processor time per second; near 1 the load was the limit.</summary>
    public required double LoadCpu { get; init; }

    public required double ServerCpu { get; init; }

    /// <summary>What else worked on the server's core, per second.</summary>
    public required double Others { get; init; }

    /// <summary>The server's largest resident set in MB.</summary>
    public required double ServerMemory { get; init; }

    /// <summary>The most bytes that waited for the server to take published messages.</summary>
    public required long PublisherBacklog { get; init; }

    public bool IsWhole => Missing == 0 && Doubled == 0 && OutOfOrder == 0 && Damaged == 0 && Closed.Count == 0;
}
