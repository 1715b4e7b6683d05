using System.Collections.Concurrent;
using Npgsql;
using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>
/// Keeps jobs in PostgreSQL, for any number of processes on any number of machines. The server's clock decides what is due and which leases
/// live. An enqueue is acknowledged after its commit.
/// </summary>
public sealed partial class PostgresJobStore : IJobStore
{
    // Jobs per statement: more in one only makes the message larger.
    private const int MostAtOnce = 5000;

    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(36_500);

    private readonly ConcurrentDictionary<long, NodeClaims> _claims = new();
    // Where callers' transactions have come from that are of the store's own database.
    private readonly ConcurrentDictionary<string, bool> _known = new();
    private readonly PostgresJobStoreOptions _options;
    private readonly PostgresDatabase _database;
    private readonly PostgresSchema _schema;
    private readonly PostgresJobSql _sql;
    private readonly HotTableVacuum _vacuum;
    private readonly TimeProvider? _clock;
    private EnqueueWriter? _writer;

    /// <summary>Makes a store over a source of connections of its own.</summary>
    /// <param name="connectionString">As Npgsql reads it.</param>
    /// <param name="options">How the database is used; null for the defaults.</param>
    /// <param name="time">A clock to use instead of the server's, for tests; null or the system's for the server's.</param>
    public PostgresJobStore(string connectionString, PostgresJobStoreOptions? options = null, TimeProvider? time = null)
        : this(CreateSource(connectionString, options), owned: true, options, time)
    {
    }

    /// <summary>Makes a store over the app's source of connections, which it does not dispose of.</summary>
    /// <param name="source">Where connections come from.</param>
    /// <param name="options">How the database is used; null for the defaults.</param>
    /// <param name="time">A clock to use instead of the server's, for tests; null or the system's for the server's.</param>
    public PostgresJobStore(NpgsqlDataSource source, PostgresJobStoreOptions? options = null, TimeProvider? time = null)
        : this(source ?? throw new ArgumentNullException(nameof(source)), owned: false, options, time)
    {
    }

    private PostgresJobStore(NpgsqlDataSource source, bool owned, PostgresJobStoreOptions? options, TimeProvider? time)
    {
        _options = options ?? new PostgresJobStoreOptions();
        _options.Validate();
        _database = new PostgresDatabase(source, owned);
        _schema = new PostgresSchema(_options.Schema, PostgresJobTables.Migrations);
        _sql = new PostgresJobSql(_options.Schema);
        _vacuum = new HotTableVacuum(_database, _options.Schema);
        _clock = time == TimeProvider.System ? null : time;
        _hints = new HintSender(_database, Channel);
    }

    /// <inheritdoc/>
    public bool IsShared => true;

    private EnqueueWriter Writer => _writer ?? throw new JobStoreException("The PostgreSQL job store is not open: await OpenAsync first.");

    /// <summary>The clock in place of the server's; null for the server's.</summary>
    private DateTimeOffset? Now => _clock?.GetUtcNow();

    /// <inheritdoc/>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await EnsureAsync(_options.Migrate, cancellationToken);
        _writer = new EnqueueWriter(jobs => InsertAsync(jobs, CancellationToken.None));
        _hints.Start(_options.HasHints);
    }

    /// <summary>Makes the tables, or brings them to the version this program needs. Safe while others do the same, and while older programs of the same version run.</summary>
    /// <param name="cancellationToken">Gives up; then nothing was changed.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="JobStoreException">The server cannot be reached, refuses, or has tables of a newer version.</exception>
    public ValueTask<JobMigration?> MigrateAsync(CancellationToken cancellationToken = default) => EnsureAsync(mayMigrate: true, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_writer is { } writer)
        {
            await writer.StopAsync();
        }
        await _hints.StopAsync();
        await _vacuum.StopAsync();
        foreach (var claims in _claims.Values)
        {
            claims.Dispose();
        }
        await _database.DisposeAsync();
    }

    /// <inheritdoc/>
    public ValueTask<JobRecord?> FindAsync(Guid id, CancellationToken cancellationToken) => _database.RunAsync(
        batch => batch.Add(_sql.Find).With(id),
        static async reader => await reader.ReadAsync() ? JobRow.Read(reader) : null,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueCount>> CountAsync(CancellationToken cancellationToken) => ListAsync(
        batch => batch.Add(_sql.Count),
        static reader => new QueueCount(reader.GetString(0), (JobState)reader.GetInt16(1), reader.GetInt64(2)),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> OldestAsync(string queue, CancellationToken cancellationToken) => _database.RunAsync(
        batch => batch.Add(_sql.Waiting).With(queue), static async reader => await reader.ReadAsync() ? JobRow.TimeOrNull(reader, 0) : null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobNode>> NodesAsync(CancellationToken cancellationToken) => ListAsync(
        batch => batch.Add(_sql.Nodes),
        static reader => new JobNode(reader.GetInt64(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt64(3)),
        cancellationToken);

    private ValueTask<IReadOnlyList<T>> ListAsync<T>(Action<NpgsqlBatch> fill, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken) =>
        _database.RunAsync<IReadOnlyList<T>>(
            fill,
            async reader =>
            {
                var list = new List<T>();
                while (await reader.ReadAsync(CancellationToken.None))
                {
                    list.Add(row(reader));
                }
                return list;
            },
            cancellationToken);

    private async ValueTask<JobMigration?> EnsureAsync(bool mayMigrate, CancellationToken cancellationToken)
    {
        try
        {
            return await _schema.EnsureAsync(_database.Source, mayMigrate, cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or System.Net.Sockets.SocketException)
        {
            throw PostgresErrors.Describe(exception);
        }
    }

    private static NpgsqlDataSource CreateSource(string connectionString, PostgresJobStoreOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "Realtime jobs" };
        if (options?.TransactionPooler is true)
        {
            settings.NoResetOnClose = true;
            settings.MaxAutoPrepare = 0;
        }
        else if (settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = 50;
            settings.AutoPrepareMinUsages = 3;
        }
        return NpgsqlDataSource.Create(settings);
    }
}
