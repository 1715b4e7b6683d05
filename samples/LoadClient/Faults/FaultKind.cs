namespace Realtime.LoadClient.Faults;

/// <summary>What a <see cref="FaultProxy"/> does to the message it chooses.</summary>
internal enum FaultKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Leaves it out.</summary>
    Lose,

    /// <summary>Sends it again.</summary>
    Double,

    /// <summary>Sends it behind the next one.</summary>
    Swap,

    /// <summary>Changes one bit of it.</summary>
    Corrupt,
}
