using Realtime.Sqlite;

namespace Realtime;

/// <summary>Lets a job queue keep its jobs in a SQLite file.</summary>
public static class JobQueueSqlite
{
    extension(JobQueue jobs)
    {
        /// <summary>
        /// Keeps jobs in a SQLite file: they survive a crash, and processes of one machine may share the file. The file and its folder are
        /// made if they are missing.
        /// </summary>
        /// <param name="path">The file, relative to the current directory. It must be on a local disk.</param>
        /// <param name="options">How it is written; null for the defaults.</param>
        public void UseSqlite(string path, SqliteJobStoreOptions? options = null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(path);
            // Now, before the app opens a file of its own: a process that changes its SQLite library under way uses two at once.
            SqliteProvider.Ensure();
            // Where the program stands now counts, not where it stands when the queue opens.
            var file = Path.GetFullPath(path);
            jobs.UseStore(time => new SqliteJobStore(file, options, time));
        }
    }
}
