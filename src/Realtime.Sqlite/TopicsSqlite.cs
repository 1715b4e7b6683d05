using Realtime.Sqlite;

namespace Realtime;

/// <summary>Lets the topics of an app keep their history in a SQLite file.</summary>
public static class TopicsSqlite
{
    extension(Topics topics)
    {
        /// <summary>
        /// Keeps the history of topics in a SQLite file: it survives a restart, and clients go on where they were as if there had been none. For an
        /// app of one process. The file and its folder are made if they are missing.
        /// </summary>
        /// <param name="path">The file, relative to the current directory. It must be on a local disk. Jobs may be in the same file, which is slower than one for each.</param>
        /// <param name="options">How it is written; null for the defaults.</param>
        public void UseSqlite(string path, SqliteBackplaneOptions? options = null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(path);
            // Now, before the app opens a file of its own: a process that changes its SQLite library under way uses two at once.
            SqliteProvider.Ensure();
            // Where the program stands now counts, not where it stands when the app starts.
            var file = Path.GetFullPath(path);
            topics.UseBackplane(time => new SqliteBackplane(file, options, time));
        }
    }
}
