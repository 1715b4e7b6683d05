namespace Realtime;

/// <summary>How a <see cref="JobQueue"/> works. The defaults suit nearly every app.</summary>
public sealed record JobQueueOptions
{
    /// <summary>Whether this process runs jobs. False makes it a pure producer. True unless set.</summary>
    public bool RunsJobs { get; init; } = true;

    /// <summary>For tests: whether jobs are started only while <see cref="JobQueue.DrainAsync"/> runs. False unless set.</summary>
    public bool RunsOnlyWhenDrained { get; init; }

    /// <summary>How many jobs of a queue run at once here, where <see cref="JobQueue.Queue"/> does not say. 20 unless set.</summary>
    public int Concurrency { get; init; } = 20;

    /// <summary>
    /// How often a store that other processes write to is looked at. One second unless set. What happens in this process never
    /// waits for it.
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often this process says that it lives, and looks for others that no longer do. 5 seconds unless set.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after its last heartbeat a process's jobs may be taken over. 20 seconds unless set; at least twice the interval.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(20);

    internal void Validate()
    {
        Require(Concurrency >= 1, nameof(Concurrency), "at least 1");
        Require(PollInterval > TimeSpan.Zero, nameof(PollInterval), "positive");
        Require(HeartbeatInterval > TimeSpan.Zero, nameof(HeartbeatInterval), "positive");
        Require(LeaseTime >= 2 * HeartbeatInterval, nameof(LeaseTime), "at least twice HeartbeatInterval");

        static void Require(bool holds, string option, string needed)
        {
            if (!holds)
            {
                throw new InvalidOperationException($"JobQueueOptions.{option} must be {needed}.");
            }
        }
    }
}
