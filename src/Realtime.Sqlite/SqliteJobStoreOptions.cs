namespace Realtime.Sqlite;

/// <summary>How a <see cref="SqliteJobStore"/> writes its file.</summary>
public sealed record SqliteJobStoreOptions
{
    /// <summary>
    /// Whether a commit reaches the disk before it counts (<c>synchronous=FULL</c>). False (<c>NORMAL</c>) is faster and may lose the last
    /// moments when the machine, not just the process, goes down. True unless set.
    /// </summary>
    public bool FullSync { get; init; } = true;

    /// <summary>How long a write waits for another process that is writing. 10 seconds unless set.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether opening the store makes its tables and brings them up to date. True unless set. With false a file whose tables are missing or old
    /// does not open: run the app's command <c>jobs migrate</c>, or <see cref="SqliteJobStore.MigrateAsync"/>, when you deploy.
    /// </summary>
    public bool Migrate { get; init; } = true;

    /// <summary>The most pages the file may have; null for no limit. For tests of a full disk.</summary>
    internal int? MaxPages { get; init; }
}
