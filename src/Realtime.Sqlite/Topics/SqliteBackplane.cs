using Realtime.Sockets;

namespace Realtime.Sqlite;

/// <summary>
/// Keeps the topics' history in one SQLite file and publishes within this process, which is the only one: WAL, one writer thread with group commit, and a reader
/// beside it. An event is delivered after its commit, in the order of the offsets.
/// </summary>
/// <remarks>
/// Topics without history do not touch the file, except for idempotency keys. Once a minute what has expired is deleted, in small batches; a topic that has nothing
/// left and that nobody is subscribed to is forgotten. A topic without a time limit stays.
/// </remarks>
public sealed class SqliteBackplane : IBackplane, IAsyncDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);

    private readonly SqliteFile _file;
    private readonly IdempotencyWindow _window;
    private readonly TimeProvider _time;
    private readonly LiveTopics _live = new();
    private readonly InMemoryBackplane _local;
    private NodeFile? _lock;
    private SqliteThread? _writerThread;
    private SqliteThread? _readerThread;
    private TopicWriter? _writer;
    private TopicKeys? _keys;
    private TopicSweep? _sweep;
    private ITimer? _timer;
    private volatile bool _isClosed;

    /// <summary>Makes a backplane; <see cref="OpenAsync"/> opens the file.</summary>
    /// <param name="path">The file, relative to the current directory. It must be on a local disk.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <param name="time">The clock that history expires by; null for the system's.</param>
    /// <exception cref="ArgumentException">The path names no file, or an option is out of its range.</exception>
    public SqliteBackplane(string path, SqliteBackplaneOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (path.Contains(":memory:", StringComparison.Ordinal))
        {
            throw new ArgumentException("A SQLite history needs a file. For history in memory, leave the backplane as it is: memory is the default.", nameof(path));
        }
        options ??= new SqliteBackplaneOptions();
        options.Keys.Validate();
        _file = new SqliteFile(Path.GetFullPath(path), SqliteUse.Topics, options.FullSync, options.BusyTimeout, options.MaxPages);
        _window = options.Keys;
        _time = time ?? TimeProvider.System;
        _local = new InMemoryBackplane(_time);
    }

    private SqliteThread Writer => !_isClosed && _writerThread is { } writer ? writer : throw NotOpen();

    private SqliteThread Reader => !_isClosed && _readerThread is { } reader ? reader : throw NotOpen();

    private long Now => _time.GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public async ValueTask OpenAsync(CancellationToken cancellationToken = default)
    {
        _file.CreateFolder();
        _lock = LockFile();
        try
        {
            _writerThread = new SqliteThread("Realtime topics, SQLite writer", _file.Use, writes: true, OpenWriter);
            await _writerThread.Opened.WaitAsync(cancellationToken);
            _readerThread = new SqliteThread("Realtime topics, SQLite reader", _file.Use, writes: false, () => new SqliteDatabase(_file));
            await _readerThread.Opened.WaitAsync(cancellationToken);
        }
        catch
        {
            await _lock.DisposeAsync();
            throw;
        }
        _timer = _time.CreateTimer(static state => _ = ((SqliteBackplane)state!).SweepAsync(), this, SweepPeriod, SweepPeriod);
    }

    /// <inheritdoc/>
    public ValueTask<long> PublishAsync(
        string topic,
        string name,
        EventData data,
        HistoryPolicy? history,
        string? idempotencyKey = null,
        Recipients recipients = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(name);
        IdempotencyWindow.CheckKey(idempotencyKey);
        var writer = Writer;
        return history is null && idempotencyKey is null
            ? _local.PublishAsync(topic, name, data, history: null, recipients: recipients, cancellationToken: cancellationToken)
            : PublishAsync(writer, new PendingEvent(topic, name, data, history, idempotencyKey, recipients), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> SubscribeAsync(string topic, Action<Publication> deliver, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        _ = Writer;
        _live.Enter(topic);
        try
        {
            return new Subscription(_live, topic, await _local.SubscribeAsync(topic, deliver, cancellationToken));
        }
        catch
        {
            _live.Leave(topic);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<HistoryPage> ReadAsync(
        string topic, HistoryPolicy history, StreamPosition? since, int newest, CancellationToken cancellationToken = default) =>
        AskAsync(topic, history, (database, query) => TopicReader.Read(database, query, since, newest), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<HistoryPage> ReadBeforeAsync(
        string topic, HistoryPolicy history, long before, int limit, CancellationToken cancellationToken = default) =>
        AskAsync(topic, history, (database, query) => TopicReader.ReadBefore(database, query, before, limit), cancellationToken);

    /// <summary>Finishes what was asked for and closes the file; nobody hears anything any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, true))
        {
            return;
        }
        if (_timer is { } timer)
        {
            await timer.DisposeAsync();
        }
        if (_readerThread is { } reader)
        {
            await reader.StopAsync();
        }
        if (_writerThread is { } writer)
        {
            if (_writer is { } topics && writer.Opened.IsCompletedSuccessfully)
            {
                await writer.RunAsync(
                    _ =>
                    {
                        topics.MarkDirty(false);
                        return true;
                    },
                    CancellationToken.None);
            }
            // Last, so that closing it folds the WAL back into the file.
            await writer.StopAsync();
        }
        _local.Dispose();
        if (_lock is { } file)
        {
            await file.DisposeAsync();
        }
    }

    private async ValueTask<long> PublishAsync(SqliteThread writer, PendingEvent pending, CancellationToken cancellationToken)
    {
        var (position, _) = await writer.RunAsync(_ => Store(pending), cancellationToken, stored =>
        {
            if (stored.IsNew)
            {
                _local.Deliver(pending.At(stored.Position));
            }
        });
        return position.Offset;
    }

    private (StreamPosition Position, bool IsNew) Store(PendingEvent pending)
    {
        var now = Now;
        if (pending.Key is null)
        {
            return (_writer!.Append(pending.Topic, pending.Name, pending.Data, pending.History!, now), true);
        }
        var (topic, key) = (SqliteText.Encode(pending.Topic), SqliteText.Encode(pending.Key));
        if (_keys!.Find(topic, key, now) is { } offset)
        {
            return (new StreamPosition("", offset), false);
        }
        var position = pending.History is { } history ? _writer!.Append(pending.Topic, pending.Name, pending.Data, history, now) : default;
        _keys.Add(topic, key, position.Offset, now);
        return (position, true);
    }

    private async ValueTask<HistoryPage> AskAsync(
        string topic, HistoryPolicy history, Func<SqliteDatabase, TopicQuery, HistoryPage> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(history);
        while (true)
        {
            // A topic that is subscribed to is not forgotten once the writer has come by: only then may its place be told.
            var live = _live.Find(topic);
            if (live is { Epoch: null })
            {
                await Writer.RunAsync(_ => _writer!.EpochOf(topic), cancellationToken, epoch => live.Epoch ??= epoch);
            }
            var query = new TopicQuery(topic, live?.Epoch, history.Size, history.TimeToLive is { } limit ? Now - limit.Ticks : long.MinValue);
            var page = await Reader.RunAsync(database => read(database, query), cancellationToken);
            // When the last subscriber leaves meanwhile, the topic may have been forgotten, and its epoch is no more.
            if (live is null || live == _live.Find(topic))
            {
                return page;
            }
        }
    }

    private SqliteDatabase OpenWriter()
    {
        // The note that the file may lack what was delivered must itself be on the disk before anything is.
        var database = (_file with { FullSync = true }).OpenAndMigrate(SqliteTopicTables.Migrations);
        try
        {
            _writer = new TopicWriter(database, _live.Find);
            _keys = new TopicKeys(database, _window);
            _sweep = new TopicSweep(database, _writer, _keys, _live.Find);
            _writer.Open(_file.FullSync, _lock!);
            database.Synchronize(_file.FullSync);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    // Two processes on one file would each deliver their own events only: silent gaps for the members of both.
    private NodeFile LockFile()
    {
        try
        {
            return new NodeFile(new FileStream(_file.Path + "-node", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new BackplaneException($"The topic history {_file.Path} cannot be written to. Check the rights on its folder: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new BackplaneException(
                $"The topic history {_file.Path} is in use by another process, or its folder cannot be written to. One process at a time may publish from a file: stop the other, or use another file. ({exception.Message})",
                exception);
        }
    }

    private async Task SweepAsync()
    {
        try
        {
            while (await Writer.RunAsync(_ => _sweep!.Run(Now), CancellationToken.None))
            {
            }
        }
        catch (BackplaneException)
        {
            // Closed, or a disk that is full or failing: whoever publishes is told, and the next minute tries again.
        }
    }

    private BackplaneException NotOpen() => new(_isClosed
        ? "The topic history is closed: the app has stopped."
        : $"The topic history {_file.Path} is not open yet. In an app it opens when the app starts: publish from a handler or a later start hook. By itself: await OpenAsync first.");

    private sealed class Subscription(LiveTopics live, string topic, IAsyncDisposable local) : IAsyncDisposable
    {
        private bool _isDisposed;

        public async ValueTask DisposeAsync()
        {
            if (!Interlocked.Exchange(ref _isDisposed, true))
            {
                await local.DisposeAsync();
                live.Leave(topic);
            }
        }
    }
}
