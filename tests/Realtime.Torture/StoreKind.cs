namespace Realtime.Torture;

/// <summary>The stores that several processes share.</summary>
public enum StoreKind
{
    /// <summary>One SQLite file.</summary>
    Sqlite,

    /// <summary>One PostgreSQL server.</summary>
    Postgres,
}
