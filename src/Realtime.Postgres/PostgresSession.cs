using Npgsql;

namespace Realtime.Postgres;

/// <summary>A transaction under way, and the statements that are run in it.</summary>
internal sealed class PostgresSession(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    /// <summary>Runs statements, and waits until the server has answered all of them.</summary>
    public ValueTask<T> RunAsync<T>(Action<NpgsqlBatch> fill, Func<NpgsqlDataReader, ValueTask<T>> read, CancellationToken cancellationToken = default) =>
        PostgresDatabase.RunAsync(connection, transaction, fill, read, cancellationToken);

    /// <summary>Runs statements that return nothing.</summary>
    public async ValueTask RunAsync(Action<NpgsqlBatch> fill, CancellationToken cancellationToken = default) =>
        await RunAsync(fill, static _ => new ValueTask<bool>(true), cancellationToken);

    /// <summary>Runs statements of which the first that returns rows returns a list.</summary>
    public ValueTask<List<T>> ListAsync<T>(Action<NpgsqlBatch> fill, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken = default) =>
        RunAsync(
            fill,
            async reader =>
            {
                var list = new List<T>();
                while (await reader.ReadAsync(cancellationToken))
                {
                    list.Add(row(reader));
                }
                return list;
            },
            cancellationToken);
}
