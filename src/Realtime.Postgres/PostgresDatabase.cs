using Npgsql;
using NpgsqlTypes;

namespace Realtime.Postgres;

/// <summary>Runs statements on connections of a source: a batch is one transaction and one trip to the server.</summary>
internal sealed class PostgresDatabase(NpgsqlDataSource source, bool owned) : IAsyncDisposable
{
    private const int MostConflicts = 10;

    /// <summary>Where connections come from.</summary>
    public NpgsqlDataSource Source => source;

    /// <summary>Runs statements that may be run again, should the connection be lost on the way.</summary>
    public ValueTask<T> RunAsync<T>(Action<NpgsqlBatch> fill, Func<NpgsqlDataReader, ValueTask<T>> read, CancellationToken cancellationToken) =>
        RunAsync(fill, read, repeats: 2, cancellationToken);

    /// <summary>Runs statements once: what became of them is unknown when the connection is lost.</summary>
    public ValueTask<T> RunOnceAsync<T>(Action<NpgsqlBatch> fill, Func<NpgsqlDataReader, ValueTask<T>> read, CancellationToken cancellationToken) =>
        RunAsync(fill, read, repeats: 0, cancellationToken);

    public ValueTask DisposeAsync() => owned ? source.DisposeAsync() : default;

    /// <summary>Runs several rounds of statements as one transaction.</summary>
    /// <param name="work">What to do. Done again if it got in another transaction's way.</param>
    /// <param name="repeats">How often it is done again should the connection be lost.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<T> TransactAsync<T>(Func<PostgresSession, ValueTask<T>> work, int repeats, CancellationToken cancellationToken) => RepeatAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var result = await work(new PostgresSession(connection, transaction));
            await transaction.CommitAsync(cancellationToken);
            return result;
        },
        repeats,
        cancellationToken);

    private ValueTask<T> RunAsync<T>(Action<NpgsqlBatch> fill, Func<NpgsqlDataReader, ValueTask<T>> read, int repeats, CancellationToken cancellationToken) =>
        RepeatAsync(connection => RunAsync(connection, transaction: null, fill, read, cancellationToken), repeats, cancellationToken);

    private async ValueTask<T> RepeatAsync<T>(Func<NpgsqlConnection, ValueTask<T>> work, int repeats, CancellationToken cancellationToken)
    {
        for (var turn = 0; ; turn++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                return await work(connection);
            }
            catch (Exception exception) when (PostgresErrors.IsConflict(exception) && turn < MostConflicts)
            {
            }
            catch (Exception exception) when (PostgresErrors.IsLoss(exception))
            {
                // The others in the pool are as dead as this one, most likely: the server was restarted.
                source.Clear();
                if (turn >= repeats)
                {
                    throw PostgresErrors.Describe(exception);
                }
            }
            catch (Exception exception) when (exception is NpgsqlException or ArgumentException)
            {
                throw PostgresErrors.Describe(exception);
            }
        }
    }

    /// <summary>Runs statements on a connection. Returns once the server has answered all of them, their commit included.</summary>
    public static async ValueTask<T> RunAsync<T>(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Action<NpgsqlBatch> fill, Func<NpgsqlDataReader, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        fill(batch);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var result = await read(reader);
        while (await reader.NextResultAsync(cancellationToken))
        {
        }
        return result;
    }
}

/// <summary>Short ways to say what a batch does.</summary>
internal static class PostgresBatches
{
    public static NpgsqlParameterCollection Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }

    public static NpgsqlParameterCollection With<T>(this NpgsqlParameterCollection parameters, NpgsqlDbType type, T value)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
        return parameters;
    }

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, long value) => parameters.With(NpgsqlDbType.Bigint, value);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, Guid value) => parameters.With(NpgsqlDbType.Uuid, value);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, int value) => parameters.With(NpgsqlDbType.Integer, value);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, string value) => parameters.With(NpgsqlDbType.Text, value);

    /// <summary>The clock to use; null for the server's.</summary>
    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, DateTimeOffset? now)
    {
        parameters.Add(new NpgsqlParameter { Value = now is { } time ? time.UtcDateTime : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return parameters;
    }

    /// <summary>A column of many rows, to be unnested.</summary>
    public static NpgsqlParameterCollection WithMany<TRow, T>(this NpgsqlParameterCollection parameters, NpgsqlDbType type, IReadOnlyList<TRow> rows, Func<TRow, T> column)
    {
        var values = new T[rows.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = column(rows[index]);
        }
        return parameters.With(NpgsqlDbType.Array | type, values);
    }
}
