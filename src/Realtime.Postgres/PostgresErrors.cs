using System.Net.Sockets;
using Npgsql;
using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>Sorts what the driver throws, and turns it into sentences that say what to do.</summary>
internal static class PostgresErrors
{
    /// <summary>Whether the connection is gone, so that nobody knows what became of the last statement.</summary>
    public static bool IsLoss(Exception exception) => exception switch
    {
        PostgresException server => server.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            || server.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or SocketException or IOException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>Whether the same statement may well succeed if it is run again: two transactions stood in each other's way.</summary>
    public static bool IsConflict(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>Whether the data of a statement was refused, so that others of the same batch may be well.</summary>
    public static bool IsRefusal(Exception exception) => exception switch
    {
        PostgresException server => server.SqlState.StartsWith("22", StringComparison.Ordinal) || server.SqlState.StartsWith("23", StringComparison.Ordinal),
        // A text that is not Unicode does not even leave the driver.
        ArgumentException => true,
        _ => false,
    };

    public static JobStoreException Describe(Exception exception)
    {
        var advice = exception switch
        {
            PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "The disk of the PostgreSQL server is full: nothing was stored. Free some space.",
            PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
                "PostgreSQL takes no writes here: this is a standby, or the database is set to read only. Connect to the primary (Target Session Attributes=read-write).",
            PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName } =>
                "The job tables are gone. Run `jobs migrate`, or open the store with PostgresJobStoreOptions.Migrate.",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
                "The database user may not do this. Grant it rights on the job tables, or run `jobs migrate` as their owner and set PostgresJobStoreOptions.Migrate to false.",
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName } =>
                "PostgreSQL refused the connection. Check the user, the password and the database in the connection string.",
            PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } =>
                "PostgreSQL has no connection left. Raise its max_connections, or lower Maximum Pool Size in the connection strings.",
            _ when IsRefusal(exception) => "PostgreSQL cannot store this.",
            _ when IsLoss(exception) => "PostgreSQL cannot be reached, or the connection was lost on the way. Check that the server runs; the connection is made again by itself.",
            _ => "PostgreSQL could not do what was asked.",
        };
        return new JobStoreException($"{advice} ({exception.Message})", exception);
    }
}
