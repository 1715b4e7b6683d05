namespace Realtime.Torture;

/// <summary>What is done to a store, and for how long.</summary>
public sealed record TortureOptions
{
    /// <summary>Which store.</summary>
    public required StoreKind Store { get; init; }

    /// <summary>How long jobs are enqueued and workers killed. What is left is then run in peace.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether the fence is taken out of the workers' stores, to see that its lack is noticed.</summary>
    public bool Unfenced { get; init; }

    /// <summary>How many worker processes there are at any time.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>How many jobs are enqueued in a second.</summary>
    public int JobsPerSecond { get; init; } = 80;

    /// <summary>How many flows are enqueued in a second: chains of three, and groups with a join.</summary>
    public int FlowsPerSecond { get; init; } = 4;

    /// <summary>The longest time between two attacks on a worker.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What chance decides by.</summary>
    public int Seed { get; init; } = Environment.TickCount;
}
