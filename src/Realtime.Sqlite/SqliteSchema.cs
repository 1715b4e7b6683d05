namespace Realtime.Sqlite;

/// <summary>The way of a file's tables from each version to the next.</summary>
internal static class SqliteSchema
{
    /// <summary>Brings the file to the newest version, and returns the one it had. Safe where several processes open it at once.</summary>
    /// <exception cref="Exception">The use's own: a newer program wrote the file.</exception>
    public static int Migrate(SqliteDatabase database, SqliteFile file, IReadOnlyList<string> migrations)
    {
        // One version table of our own, not user_version: the file may hold an app's own tables too.
        database.Begin();
        try
        {
            var table = file.Use.SchemaTable;
            database.Execute($"CREATE TABLE IF NOT EXISTS {table} (version INTEGER NOT NULL)");
            using var read = database.PrepareOnce($"SELECT version FROM {table}");
            var version = read.Step() ? read.Int64(0) : 0;
            read.Reset();
            if (version > migrations.Count)
            {
                throw file.Use.Fault(
                    $"The {file.Use.Noun} {file.Path} has schema version {version}, and this program knows versions up to {migrations.Count}: a newer version of it wrote the file. Run that one, or use another file.",
                    null);
            }
            if (version < migrations.Count)
            {
                if (!file.MayMigrate)
                {
                    throw file.Use.Fault(
                        $"The tables in the {file.Use.Noun} {file.Path} {(version == 0 ? "are missing" : $"have version {version}, and this program needs {migrations.Count}")}. Run the app's command `jobs migrate` (or SqliteJobStore.MigrateAsync), or set SqliteJobStoreOptions.Migrate.",
                        null);
                }
                for (var step = (int)version; step < migrations.Count; step++)
                {
                    database.Execute(migrations[step]);
                }
                database.Execute($"DELETE FROM {table}");
                database.Execute($"INSERT INTO {table} VALUES ({migrations.Count})");
            }
            database.Commit();
            return (int)version;
        }
        catch
        {
            database.RollBack();
            throw;
        }
    }
}
