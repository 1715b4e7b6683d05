using Realtime.Sockets;

namespace Realtime.Sqlite;

/// <summary>How a <see cref="SqliteBackplane"/> writes its file.</summary>
public sealed record SqliteBackplaneOptions
{
    /// <summary>
    /// Whether a commit reaches the disk before its events are delivered (<c>synchronous=FULL</c>). False (<c>NORMAL</c>) is faster and may lose the last moments when the
    /// machine goes down; since clients may have seen those, every topic begins a new epoch after any end that was not a clean stop, and clients
    /// load anew (a reset). True unless set.
    /// </summary>
    public bool FullSync { get; init; } = true;

    /// <summary>How long a write waits for another program that is writing to the file. 10 seconds unless set.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long an idempotency key is known, restarts included.</summary>
    public IdempotencyWindow Keys { get; init; } = new();

    /// <summary>The most pages the file may have; null for no limit. For tests of a full disk.</summary>
    internal int? MaxPages { get; init; }
}
