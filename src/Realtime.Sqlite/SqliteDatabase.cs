using SQLitePCL;

namespace Realtime.Sqlite;

/// <summary>One connection to the file, used by one thread only, with its prepared statements.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly SqliteFile _file;
    private readonly sqlite3 _handle;
    private readonly bool _isBorrowed;
    private readonly Dictionary<string, SqliteStatement> _statements = new(ReferenceEqualityComparer.Instance);

    /// <summary>Opens a connection.</summary>
    /// <param name="file">The file.</param>
    /// <param name="mayCreate">Whether the file is made if it is missing.</param>
    public SqliteDatabase(SqliteFile file, bool mayCreate = true)
    {
        SqliteProvider.Ensure();
        _file = file;
        // One thread per connection: SQLite's own lock around each call would only cost time.
        var code = raw.sqlite3_open_v2(file.Path, out _handle, raw.SQLITE_OPEN_READWRITE | (mayCreate ? raw.SQLITE_OPEN_CREATE : 0) | raw.SQLITE_OPEN_NOMUTEX, null);
        try
        {
            Check(code);
            raw.sqlite3_busy_timeout(_handle, (int)(file.BusyTimeout ?? TimeSpan.FromSeconds(10)).TotalMilliseconds);
            Execute("PRAGMA journal_mode = WAL");
            Synchronize(file.FullSync);
            Execute("PRAGMA cache_size = -32000");
            Execute("PRAGMA wal_autocheckpoint = 4000");
            Execute("PRAGMA journal_size_limit = 67108864");
            if (file.MaxPages is { } pages)
            {
                Execute($"PRAGMA max_page_count = {pages}");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Uses a connection that belongs to someone else, on that one's thread, and leaves it open.</summary>
    public SqliteDatabase(SqliteFile file, sqlite3 borrowed)
    {
        _file = file;
        _handle = borrowed;
        _isBorrowed = true;
    }

    /// <summary>The path of the file as SQLite knows it, links resolved.</summary>
    public string FileName => raw.sqlite3_db_filename(_handle, "main").utf8_to_string();

    /// <summary>How many rows the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Whether the disk failed under it: what it holds open may be of a disk that is gone, also when the file is well again.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Called behind every rollback: what was remembered of the file may be wrong now.</summary>
    public Action? RolledBack { get; set; }

    /// <summary>Whether a commit reaches the disk before it counts.</summary>
    public void Synchronize(bool full) => Execute(full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");

    /// <summary>Runs statements that are not worth keeping.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>A prepared statement, kept for the next time. The text must be a constant: its identity is the key.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
            _statements.Add(sql, statement = new SqliteStatement(this, handle));
        }
        return statement;
    }

    /// <summary>A statement for one use, whose text need not be a constant.</summary>
    public SqliteStatement PrepareOnce(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle));
        return new SqliteStatement(this, handle);
    }

    public void Begin() => Prepare("BEGIN IMMEDIATE").Run();

    /// <summary>Reads several times from the file as it is at one moment.</summary>
    public T Snapshot<T>(Func<T> read)
    {
        Prepare("BEGIN").Run();
        try
        {
            return read();
        }
        finally
        {
            RollBack();
        }
    }

    public void Commit() => Prepare("COMMIT").Run();

    public void RollBack()
    {
        // Some errors have ended the transaction already; and whatever a rollback runs into, the next BEGIN says it.
        if (raw.sqlite3_get_autocommit(_handle) == 0)
        {
            _ = raw.sqlite3_exec(_handle, "ROLLBACK");
        }
        RolledBack?.Invoke();
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Error();
        }
    }

    public Exception Error()
    {
        var code = raw.sqlite3_extended_errcode(_handle);
        IsBroken |= SqliteErrors.IsBroken(code);
        return SqliteErrors.Describe(_file, code, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }
        if (!_isBorrowed)
        {
            _handle.Dispose();
        }
    }
}
