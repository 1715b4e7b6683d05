using Npgsql;
using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>The way of the tables from each version to the next.</summary>
internal sealed class PostgresSchema(string schema, IReadOnlyList<string> migrations)
{
    // Processes that start together queue up behind this lock; it ends with the transaction, so it works behind a pooler too.
    private const long Lock = 0x5265616C74696D65;

    /// <summary>Checks that the tables are of the newest version, and brings them there where that is allowed.</summary>
    /// <exception cref="JobStoreException">A newer program made the tables, or they are old and may not be changed now.</exception>
    public async ValueTask<JobMigration> EnsureAsync(NpgsqlDataSource source, bool mayMigrate, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        // Without the lock first: the usual start finds everything in place, and needs no right to change it.
        var version = await ReadVersionAsync(connection, cancellationToken);
        if (IsNewest(version))
        {
            return Migration(version);
        }
        if (!mayMigrate)
        {
            throw new JobStoreException(
                $"The job tables in schema {schema} {(version == 0 ? "are missing" : $"have version {version}, and this program needs {migrations.Count}")}. Run the app's command `jobs migrate` (or PostgresJobStore.MigrateAsync) as a user with rights to change them, or set PostgresJobStoreOptions.Migrate.");
        }
        return await MigrateAsync(connection, cancellationToken);
    }

    private JobMigration Migration(int from) => new($"schema {schema}", from, migrations.Count);

    private async ValueTask<JobMigration> MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({Lock})", cancellationToken);
        var version = await ReadVersionAsync(connection, cancellationToken);
        if (IsNewest(version))
        {
            return Migration(version);
        }
        var quoted = $"\"{schema}\"";
        if (version == 0)
        {
            // Not by IF NOT EXISTS alone: that asks for the right to create schemas even where it is there.
            if (await ScalarAsync(connection, $"SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = '{schema}'", cancellationToken) == 0)
            {
                await ExecuteAsync(connection, $"CREATE SCHEMA {quoted}", cancellationToken);
            }
            await ExecuteAsync(connection, $"CREATE TABLE {quoted}.job_schema (version integer NOT NULL)", cancellationToken);
        }
        for (var step = version; step < migrations.Count; step++)
        {
            await ExecuteAsync(connection, migrations[step].Replace("SCHEMA.", quoted + ".", StringComparison.Ordinal), cancellationToken);
        }
        await ExecuteAsync(connection, $"DELETE FROM {quoted}.job_schema", cancellationToken);
        await ExecuteAsync(connection, $"INSERT INTO {quoted}.job_schema VALUES ({migrations.Count})", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return Migration(version);
    }

    private bool IsNewest(int version) => version <= migrations.Count
        ? version == migrations.Count
        : throw new JobStoreException(
            $"The job tables in schema {schema} have version {version}, and this program knows versions up to {migrations.Count}: a newer version of it made them. Run that one, or use another schema.");

    /// <summary>The version of the tables; 0 if there are none.</summary>
    private async ValueTask<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var exists = await ScalarAsync(
            connection, $"SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = '{schema}' AND tablename = 'job_schema'", cancellationToken);
        return exists == 0 ? 0 : (int)await ScalarAsync(connection, $"SELECT max(version)::bigint FROM \"{schema}\".job_schema", cancellationToken);
    }

    private static async ValueTask<long> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is long value ? value : 0;
    }

    private static async ValueTask ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
