namespace Realtime;

/// <summary>What becomes of the occurrences of a schedule that no process was there to enqueue.</summary>
public sealed record CatchUp
{
    // An occurrence is on time up to this age: a schedule that fires while the process is busy has not been missed.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private CatchUp(int limit, bool isLateAllowed)
    {
        Limit = limit;
        IsLateAllowed = isLateAllowed;
    }

    /// <summary>They are left out: the schedule goes on with the next occurrence. One that is no more than a minute late is not left out.</summary>
    public static CatchUp None { get; } = new(1, isLateAllowed: false);

    /// <summary>The newest of them is enqueued, once for all. The default.</summary>
    public static CatchUp Once { get; } = new(1, isLateAllowed: true);

    /// <summary>Each is enqueued, oldest first, up to a limit.</summary>
    /// <param name="limit">The most to enqueue, the newest. 100 unless given; at least 1.</param>
    public static CatchUp All(int limit = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return new CatchUp(limit, isLateAllowed: true);
    }

    /// <summary>The most that is enqueued at once.</summary>
    internal int Limit { get; }

    /// <summary>Whether an occurrence is enqueued however late it is.</summary>
    private bool IsLateAllowed { get; }

    internal DateTimeOffset OldestOf(DateTimeOffset after, DateTimeOffset now) => IsLateAllowed || now - after <= Grace ? after : now - Grace;
}
