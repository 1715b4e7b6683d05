namespace Realtime.Postgres;

/// <summary>Whose turn it is in a queue: a claim goes on where the one before left off. Only fairness depends on it.</summary>
internal sealed class QueueTurn
{
    // One job in so many comes from behind the highest priority, so that none waits for ever.
    private const int Share = 10;

    private int _carry;

    /// <summary>The priority that jobs behind the highest were last taken from; null for none yet.</summary>
    public int? Priority { get; set; }

    /// <summary>The limit key that last had its turn; empty for the jobs without one.</summary>
    public string Key { get; set; } = "";

    /// <summary>How many of so many jobs are to come from behind the highest priority.</summary>
    public int TakeShare(int count)
    {
        var share = (_carry + count) / Share;
        _carry = (_carry + count) % Share;
        return share;
    }
}
