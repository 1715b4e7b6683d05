using SQLitePCL;

namespace Realtime.Sqlite;

/// <summary>Turns SQLite's error codes into sentences that say what to do.</summary>
internal static class SqliteErrors
{
    /// <summary>Whether the file has to be opened anew before it can work again.</summary>
    public static bool IsBroken(int code) => (code & 0xFF) is raw.SQLITE_IOERR or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN;

    public static Exception Describe(SqliteFile file, int code, string detail)
    {
        var advice = (code & 0xFF) switch
        {
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
                "is damaged, or not a SQLite database. Restore a backup, or move it away (with its -wal and -shm files) to begin with an empty one; `sqlite3 FILE .recover` may save what is in it.",
            raw.SQLITE_FULL => "cannot grow: the disk is full. Free some space; nothing was stored.",
            raw.SQLITE_READONLY => "cannot be written to. Check the rights on the file and on its folder, which needs to be writable too, and that the disk is not mounted read-only, as the kernel does after disk errors. Nothing was stored; it goes on by itself once it can be written to.",
            raw.SQLITE_CANTOPEN => "cannot be opened. Check that its disk is mounted, that its folder exists, can be written to, and is not itself the path given.",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
                "is being written to by another process that does not let go. Look for a program that keeps a transaction open on it.",
            raw.SQLITE_IOERR => "cannot be read or written: the disk reported an error. Check the disk (dmesg), which must be a local one, not a network share. It goes on by itself once the disk is well.",
            _ => "could not do what was asked.",
        };
        var error = file.Use.Fault($"The {file.Use.Noun} {file.Path} {advice} (SQLite {code}: {detail})", null);
        error.HResult = code;
        return error;
    }
}
