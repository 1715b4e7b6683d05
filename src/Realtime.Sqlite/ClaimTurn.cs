namespace Realtime.Sqlite;

/// <summary>Whose turn it is in a queue: a claim goes on where the one before left off. Only fairness depends on it.</summary>
internal sealed class ClaimTurn
{
    /// <summary>How much of a tenth job from behind the highest priority is due.</summary>
    public int Carry { get; set; }

    /// <summary>The priority that such a job was last taken from; null for none yet.</summary>
    public long? Priority { get; set; }

    /// <summary>The limit key that last had its turn; empty for the jobs without one.</summary>
    public string Key { get; set; } = "";
}
