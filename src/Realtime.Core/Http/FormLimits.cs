namespace Realtime;

/// <summary>How much of a form is taken. Beyond a limit the request is answered with 413, and nothing of it is kept.</summary>
public sealed record FormLimits
{
    /// <summary>The most fields and files together. 1,000 unless set.</summary>
    public int MaxParts { get; init; } = 1000;

    /// <summary>
    /// How many bytes of one form are kept in memory: its fields may have no more than that together, its files go to disk beyond it. 1,000,000 unless set.
    /// </summary>
    public int MaxMemory { get; init; } = 1_000_000;

    /// <summary>The most bytes one file may have; null for as many as the body may have, which is the default.</summary>
    public long? MaxFileSize { get; init; }

    /// <summary>
    /// The most bytes the whole form may have, in place of the limit that holds for every request (30,000,000); null to leave that as it is, which is the default.
    /// </summary>
    public long? MaxBodySize { get; init; }

    /// <summary>The most header fields one part may have. 16 unless set.</summary>
    public int MaxHeaders { get; init; } = 16;

    /// <summary>The most bytes the header fields of one part may have together. 16,384 unless set.</summary>
    public int MaxHeaderSize { get; init; } = 16 * 1024;

    /// <summary>Where files wait that are too large for memory; null for the system's folder for temporary files. They are gone when the request is over.</summary>
    public string? Folder { get; init; }

    internal void Validate()
    {
        Rule(MaxParts, nameof(MaxParts));
        Rule(MaxMemory, nameof(MaxMemory));
        Rule(MaxFileSize ?? 1, nameof(MaxFileSize));
        Rule(MaxBodySize ?? 1, nameof(MaxBodySize));
        Rule(MaxHeaders, nameof(MaxHeaders));
        Rule(MaxHeaderSize, nameof(MaxHeaderSize));

        static void Rule(long value, string name) => ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, $"FormLimits.{name}");
    }
}
