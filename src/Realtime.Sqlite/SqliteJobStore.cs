using Realtime.Jobs;

namespace Realtime.Sqlite;

/// <summary>
/// Keeps jobs in one SQLite file: WAL, one writer thread with group commit, and a reader beside it. An enqueue is acknowledged after
/// its commit.
/// </summary>
public sealed partial class SqliteJobStore : IJobStore
{
    internal const string Columns =
        "id, name, queue, priority, state, attempt, max_attempts, node, args, enqueued, due, started, finished, retention, cancel, progress, message, result, error_type, error_message, error_stack, unique_key, seq, extra_attempts, idempotency_key, limit_key, tags, parent, flow, flow_delay, headers, retention_failed, retention_cancelled";

    private static readonly long LongestRetention = TimeSpan.FromDays(36_500).Ticks;

    private readonly SqliteFile _file;
    private readonly TimeProvider _time;
    // Whose turn it is when claiming, by queue; touched by the writer only.
    private readonly Dictionary<string, ClaimTurn> _turns = [];
    private string? _fileName;
    private SqliteThread? _writer;
    private SqliteThread? _reader;

    /// <summary>Makes a store; <see cref="OpenAsync"/> opens the file.</summary>
    /// <param name="path">The file, relative to the current directory. It must be on a local disk.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <param name="time">The clock; null for the system's. Processes that share a file must be on one machine, whose clock they share.</param>
    public SqliteJobStore(string path, SqliteJobStoreOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (path.Contains(":memory:", StringComparison.Ordinal))
        {
            throw new ArgumentException("A SQLite store needs a file. For jobs in memory, leave the store as it is: memory is the default.", nameof(path));
        }
        options ??= new SqliteJobStoreOptions();
        _file = new SqliteFile(Path.GetFullPath(path), SqliteUse.Jobs, options.FullSync, options.BusyTimeout, options.MaxPages, options.Migrate);
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public bool IsShared => true;

    private SqliteThread Writer => _writer ?? throw NotOpen();

    private SqliteThread Reader => _reader ?? throw NotOpen();

    private long Now => _time.GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (_file.MayMigrate)
        {
            _file.CreateFolder();
        }
        _writer = new SqliteThread("Realtime jobs, SQLite writer", _file.Use, writes: true, () => _file.OpenAndMigrate(SqliteJobTables.Migrations), Reopen, () => _reader?.Release());
        await _writer.Opened.WaitAsync(cancellationToken);
        _reader = new SqliteThread("Realtime jobs, SQLite reader", _file.Use, writes: false, () => new SqliteDatabase(_file), Reopen);
        await _reader.Opened.WaitAsync(cancellationToken);
    }

    /// <summary>Makes the file and its tables, or brings them to the version this program needs. Safe while others do the same.</summary>
    /// <param name="cancellationToken">Gives up before anything was changed.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="JobStoreException">The file cannot be written, is damaged, or has tables of a newer version.</exception>
    public async ValueTask<JobMigration?> MigrateAsync(CancellationToken cancellationToken = default)
    {
        _file.CreateFolder();
        var file = _file with { MayMigrate = true };
        var thread = new SqliteThread("Realtime jobs, SQLite migration", _file.Use, writes: false, () => new SqliteDatabase(file));
        try
        {
            await thread.Opened.WaitAsync(cancellationToken);
            var from = await thread.RunAsync(database => SqliteSchema.Migrate(database, file, SqliteJobTables.Migrations), cancellationToken);
            return new JobMigration(_file.Path, from, SqliteJobTables.Migrations.Count);
        }
        finally
        {
            await thread.StopAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_reader is { } reader)
        {
            await reader.StopAsync();
        }
        if (_writer is { } writer)
        {
            // Last, so that closing it folds the WAL back into the file.
            await writer.StopAsync();
        }
    }

    /// <inheritdoc/>
    public ValueTask<JobRecord?> FindAsync(Guid id, CancellationToken cancellationToken) => Reader.RunAsync(
        database =>
        {
            var find = database.Prepare($"SELECT {Columns} FROM realtime_jobs WHERE id = ?1").Bind(1, id);
            var record = find.Step() ? ReadRecord(find) : null;
            find.Reset();
            return record;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, byte[]>> StepsAsync(Guid id, CancellationToken cancellationToken) =>
        Reader.RunAsync<IReadOnlyDictionary<string, byte[]>>(
            database =>
            {
                var steps = new Dictionary<string, byte[]>();
                var read = database.Prepare("SELECT name, result FROM realtime_job_steps WHERE job = (SELECT seq FROM realtime_jobs WHERE id = ?1)").Bind(1, id);
                while (read.Step())
                {
                    steps.Add(read.Text(0), read.Blob(1));
                }
                return steps;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueCount>> CountAsync(CancellationToken cancellationToken) => Reader.RunAsync<IReadOnlyList<QueueCount>>(
        static database =>
        {
            var read = database.Prepare("SELECT queue, state, count(*) FROM realtime_jobs GROUP BY queue, state");
            return read.ReadAll(static row => new QueueCount(row.Text(0), (JobState)row.Int64(1), row.Int64(2)));
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> OldestAsync(string queue, CancellationToken cancellationToken) => Reader.RunAsync(
        database =>
        {
            var read = database.Prepare("SELECT min(coalesce(due, enqueued)) FROM realtime_jobs WHERE state = 0 AND queue = ?1").Bind(1, queue);
            read.Step();
            var oldest = read.Int64OrNull(0);
            read.Reset();
            return oldest is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : (DateTimeOffset?)null;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobNode>> NodesAsync(CancellationToken cancellationToken) => Reader.RunAsync<IReadOnlyList<JobNode>>(
        static database =>
        {
            var read = database.Prepare("SELECT id, host, process, process_start FROM realtime_job_nodes");
            return read.ReadAll(static row => new JobNode(row.Int64(0), row.Text(1), (int)row.Int64(2), row.Int64(3)));
        },
        cancellationToken);

    internal static JobRecord ReadRecord(SqliteStatement row)
    {
        var state = (JobState)row.Int64(4);
        var due = TimeOrNull(row.Int64OrNull(10));
        return new JobRecord
        {
            Spec = new JobSpec
            {
                Id = row.Guid(0),
                Name = row.Text(1),
                Queue = row.Text(2),
                Priority = (int)row.Int64(3),
                MaxAttempts = (int)row.Int64(6),
                Args = row.Blob(8),
                EnqueuedAt = new DateTimeOffset(row.Int64(9), TimeSpan.Zero),
                DueAt = due,
                Retention = new TimeSpan(row.Int64(13)),
                FailedRetention = row.Int64OrNull(31) is { } failed ? new TimeSpan(failed) : null,
                CancelledRetention = row.Int64OrNull(32) is { } cancelled ? new TimeSpan(cancelled) : null,
                UniqueKey = row.TextOrNull(21),
                IdempotencyKey = row.TextOrNull(24),
                LimitKey = row.TextOrNull(25),
                Tags = row.IsNull(26) ? [] : SqliteTags.Read(row.Bytes(26)),
                Parent = row.IsNull(27) ? null : row.Guid(27),
                Flow = ReadFlow(row, 28),
                Headers = JobHeaders.Read(row.TextOrNull(30)),
            },
            State = state,
            Attempt = (int)row.Int64(5),
            MaxAttempts = (int)(row.Int64(6) + row.Int64(23)),
            Node = row.Int64OrNull(7),
            DueAt = due,
            StartedAt = TimeOrNull(row.Int64OrNull(11)),
            FinishedAt = TimeOrNull(row.Int64OrNull(12)),
            CancelRequested = row.Int64(14) != 0,
            Progress = row.DoubleOrNull(15),
            Message = row.TextOrNull(16),
            Result = row.BlobOrNull(17),
            Error = row.TextOrNull(18) is { } type ? new JobError(type, row.Text(19), row.TextOrNull(20)) : null,
        };

        static DateTimeOffset? TimeOrNull(long? ticks) => ticks is { } some ? new DateTimeOffset(some, TimeSpan.Zero) : null;
    }

    // Never makes the file: behind a disk that is not mounted any more there may be an empty folder.
    private SqliteDatabase Reopen() => new(_file, mayCreate: false);

    private JobStoreException NotOpen() => new($"The job store {_file.Path} is not open: await OpenAsync first.");
}
