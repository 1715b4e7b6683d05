using Npgsql;
using Realtime.Postgres;

namespace Realtime;

/// <summary>Lets a job queue keep its jobs in PostgreSQL.</summary>
public static class JobQueuePostgres
{
    extension(JobQueue jobs)
    {
        /// <summary>Keeps jobs in PostgreSQL: any number of machines may share them. The tables are made, and brought up to date, when the queue opens.</summary>
        /// <param name="connectionString">As Npgsql reads it: <c>Host=db;Database=app;Username=app</c>.</param>
        /// <param name="options">How it is used; null for the defaults.</param>
        public void UsePostgres(string connectionString, PostgresJobStoreOptions? options = null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
            jobs.UseStore(time => new PostgresJobStore(connectionString, options, time));
        }

        /// <summary>Keeps jobs in PostgreSQL, over connections of the app's own source, which stays the app's to dispose of.</summary>
        /// <param name="source">Where connections come from. Its settings count: what the options say of connections is left to it.</param>
        /// <param name="options">How it is used; null for the defaults.</param>
        public void UsePostgres(NpgsqlDataSource source, PostgresJobStoreOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(source);
            jobs.UseStore(time => new PostgresJobStore(source, options, time));
        }
    }
}
