namespace Realtime.LoadClient.Checking;

/// <summary>What a text turned out to be.</summary>
internal enum StampVerdict
{
    /// <summary>Sent by this run, every byte as it was.</summary>
    Sound,

    /// <summary>Sent by this run, and not as it was.</summary>
    Damaged,

    /// <summary>Sent by somebody else, or so damaged that this cannot be seen: then its number will be missing.</summary>
    Foreign,
}
