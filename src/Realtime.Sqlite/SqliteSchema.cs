using Realtime.Jobs;

namespace Realtime.Sqlite;

/// <summary>The tables, and the way from each version of them to the next.</summary>
internal static class SqliteSchema
{
    // Times are UTC ticks of 100 ns. The states in the partial indexes are those of JobState: 0 available, 1 scheduled, 2 running, 3 and up final.
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE realtime_jobs (
            seq INTEGER PRIMARY KEY,
            id BLOB NOT NULL,
            name TEXT NOT NULL,
            queue TEXT NOT NULL,
            priority INTEGER NOT NULL,
            state INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            max_attempts INTEGER NOT NULL,
            node INTEGER,
            args BLOB NOT NULL,
            enqueued INTEGER NOT NULL,
            due INTEGER,
            started INTEGER,
            finished INTEGER,
            expires INTEGER,
            retention INTEGER NOT NULL,
            cancel INTEGER NOT NULL,
            progress REAL,
            message TEXT,
            result BLOB,
            error_type TEXT,
            error_message TEXT,
            error_stack TEXT,
            unique_key TEXT
        );
        CREATE UNIQUE INDEX realtime_jobs_id ON realtime_jobs (id);
        CREATE UNIQUE INDEX realtime_jobs_key ON realtime_jobs (unique_key) WHERE unique_key IS NOT NULL;
        CREATE INDEX realtime_jobs_available ON realtime_jobs (queue, priority DESC, seq) WHERE state = 0;
        CREATE INDEX realtime_jobs_scheduled ON realtime_jobs (due) WHERE state = 1;
        CREATE INDEX realtime_jobs_running ON realtime_jobs (node) WHERE state = 2;
        CREATE INDEX realtime_jobs_finished ON realtime_jobs (expires) WHERE state >= 3;
        CREATE TABLE realtime_job_steps (
            job INTEGER NOT NULL,
            name TEXT NOT NULL,
            result BLOB NOT NULL,
            PRIMARY KEY (job, name)
        ) WITHOUT ROWID;
        CREATE TABLE realtime_job_nodes (
            id INTEGER PRIMARY KEY,
            host TEXT NOT NULL,
            process INTEGER NOT NULL,
            process_start INTEGER NOT NULL,
            expires INTEGER NOT NULL
        );
        """,
    ];

    /// <summary>Brings the file to the newest version. Safe where several processes open it at once.</summary>
    /// <exception cref="JobStoreException">A newer program wrote the file.</exception>
    public static void Migrate(SqliteDatabase database, string path)
    {
        // One version table of our own, not user_version: the file may hold an app's own tables too.
        database.Begin();
        try
        {
            database.Execute("CREATE TABLE IF NOT EXISTS realtime_jobs_schema (version INTEGER NOT NULL)");
            var read = database.Prepare("SELECT version FROM realtime_jobs_schema");
            var version = read.Step() ? read.Int64(0) : 0;
            read.Reset();
            if (version > Migrations.Length)
            {
                throw new JobStoreException(
                    $"The job store {path} has schema version {version}, and this program knows versions up to {Migrations.Length}: a newer version of it wrote the file. Run that one, or use another file.");
            }
            if (version < Migrations.Length)
            {
                for (var step = version; step < Migrations.Length; step++)
                {
                    database.Execute(Migrations[step]);
                }
                database.Execute("DELETE FROM realtime_jobs_schema");
                database.Execute($"INSERT INTO realtime_jobs_schema VALUES ({Migrations.Length})");
            }
            database.Commit();
        }
        catch
        {
            database.RollBack();
            throw;
        }
    }
}
