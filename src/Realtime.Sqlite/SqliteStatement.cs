using SQLitePCL;

namespace Realtime.Sqlite;

/// <summary>A prepared statement, bound, run and reset again and again on its connection's thread.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt handle) : IDisposable
{
    public SqliteStatement Bind(int index, long value)
    {
        database.Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, long? value) => value is { } some ? Bind(index, some) : BindNull(index);

    public SqliteStatement Bind(int index, double? value)
    {
        if (value is not { } some)
        {
            return BindNull(index);
        }
        database.Check(raw.sqlite3_bind_double(handle, index, some));
        return this;
    }

    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null)
        {
            return BindNull(index);
        }
        database.Check(raw.sqlite3_bind_text(handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, byte[]? value)
    {
        if (value is null)
        {
            return BindNull(index);
        }
        // An empty blob has no address, and without an address SQLite binds NULL.
        database.Check(value.Length == 0 ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    /// <summary>Binds text as it is, a NUL in it included.</summary>
    public SqliteStatement BindText(int index, ReadOnlySpan<byte> utf8)
    {
        // Empty text has no address either, and is not NULL.
        database.Check(utf8.IsEmpty ? raw.sqlite3_bind_text(handle, index, "") : raw.sqlite3_bind_text(handle, index, utf8));
        return this;
    }

    public SqliteStatement Bind(int index, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        database.Check(raw.sqlite3_bind_blob(handle, index, bytes));
        return this;
    }

    /// <summary>Runs to the end and resets. Returns how many rows were changed.</summary>
    public int Run()
    {
        try
        {
            while (Step())
            {
            }
            return database.Changes;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Moves to the next row. False, and reset, behind the last.</summary>
    public bool Step()
    {
        switch (raw.sqlite3_step(handle))
        {
            case raw.SQLITE_ROW:
                return true;
            case raw.SQLITE_DONE:
                Reset();
                return false;
            default:
                var error = database.Error();
                Reset();
                throw error;
        }
    }

    /// <summary>Reads all rows, and resets.</summary>
    /// <param name="row">Reads the row that this stands on.</param>
    public List<T> ReadAll<T>(Func<SqliteStatement, T> row)
    {
        var rows = new List<T>();
        while (Step())
        {
            rows.Add(row(this));
        }
        return rows;
    }

    /// <summary>Reads the number in the first column of the first row and resets; null where there is no row, or nothing in it.</summary>
    public long? Scalar()
    {
        var value = Step() ? Int64OrNull(0) : null;
        Reset();
        return value;
    }

    public void Reset() => _ = raw.sqlite3_reset(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    public double? DoubleOrNull(int column) => IsNull(column) ? null : raw.sqlite3_column_double(handle, column);

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    /// <summary>The bytes of a text or blob, good until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public byte[]? BlobOrNull(int column) => IsNull(column) ? null : Blob(column);

    public Guid Guid(int column) => new(raw.sqlite3_column_blob(handle, column), bigEndian: true);

    public void Dispose() => handle.Dispose();

    private SqliteStatement BindNull(int index)
    {
        database.Check(raw.sqlite3_bind_null(handle, index));
        return this;
    }
}
