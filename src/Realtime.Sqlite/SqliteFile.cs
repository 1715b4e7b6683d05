namespace Realtime.Sqlite;

/// <summary>A file and how it is written.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Use">What for.</param>
/// <param name="FullSync">Whether a commit reaches the disk before it counts.</param>
/// <param name="BusyTimeout">How long a write waits for another process; null for 10 seconds.</param>
/// <param name="MaxPages">The most pages the file may have; null for no limit.</param>
/// <param name="MayMigrate">Whether opening it makes its tables and brings them up to date.</param>
internal sealed record SqliteFile(string Path, SqliteUse Use, bool FullSync = true, TimeSpan? BusyTimeout = null, int? MaxPages = null, bool MayMigrate = true)
{
    /// <summary>Makes the file's folder where it is missing.</summary>
    public void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Use.Fault($"The {Use.Noun} {Path} cannot be made, because its folder cannot be: {exception.Message}", exception);
        }
    }

    /// <summary>Opens a connection, and brings the tables to the newest version.</summary>
    public SqliteDatabase OpenAndMigrate(IReadOnlyList<string> migrations)
    {
        var database = new SqliteDatabase(this, MayMigrate);
        try
        {
            SqliteSchema.Migrate(database, this, migrations);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }
}
