using System.Threading.Channels;

namespace Realtime.Sqlite;

/// <summary>
/// A thread of its own for one connection, fed through a channel, because SQLite's calls block. The writer's commits everything that
/// came in meanwhile as one transaction: batching is the whole game.
/// </summary>
internal sealed class SqliteThread
{
    private const int MostAtOnce = 512;

    private readonly Channel<SqliteWork> _work = Channel.CreateBounded<SqliteWork>(new BoundedChannelOptions(8 * MostAtOnce) { SingleReader = true });
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<SqliteWork> _batch = new(MostAtOnce);
    private readonly SqliteUse _use;
    private readonly Func<SqliteDatabase> _open;
    private readonly Func<SqliteDatabase>? _reopen;
    private readonly Action? _broke;
    private readonly bool _writes;

    /// <summary>Starts the thread, which opens the connection.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="use">What the file is for.</param>
    /// <param name="writes">Whether it writes.</param>
    /// <param name="open">Opens the connection.</param>
    /// <param name="reopen">Opens it again once the disk has failed under it; null to keep the one there is.</param>
    /// <param name="broke">Called when the disk has failed under it; null for nothing.</param>
    public SqliteThread(string name, SqliteUse use, bool writes, Func<SqliteDatabase> open, Func<SqliteDatabase>? reopen = null, Action? broke = null)
    {
        _reopen = reopen;
        _broke = broke;
        _use = use;
        _writes = writes;
        _open = open;
        new Thread(Live) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Completes when the connection is open, or with what went wrong.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Does work on the thread.</summary>
    /// <param name="run">The work. May be run again behind a rollback.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="committed">Called on the thread once the work counts, in the order in which it was done, before the caller goes on; null for nothing.</param>
    public async ValueTask<T> RunAsync<T>(Func<SqliteDatabase, T> run, CancellationToken cancellationToken, Action<T>? committed = null)
    {
        var work = new SqliteWork<T>(run, committed);
        if (!_work.Writer.TryWrite(work))
        {
            try
            {
                await _work.Writer.WriteAsync(work, cancellationToken);
            }
            catch (ChannelClosedException exception)
            {
                throw _use.Fault($"The {_use.Noun} is closed: the app has stopped.", exception);
            }
        }
        return cancellationToken.CanBeCanceled ? await work.Done.WaitAsync(cancellationToken) : await work.Done;
    }

    /// <summary>Closes the connection, which is opened again for the next work.</summary>
    public void Release()
    {
        // Where there is no room, what is queued finds out for itself.
        _work.Writer.TryWrite(new SqliteWork<bool>(static database => database.IsBroken = true, null));
    }

    /// <summary>Does what is queued and ends.</summary>
    public async ValueTask StopAsync()
    {
        _work.Writer.TryComplete();
        await _ended.Task;
    }

    private void Live()
    {
        SqliteDatabase? database;
        try
        {
            database = _open();
            _opened.SetResult();
        }
        catch (Exception exception)
        {
            _work.Writer.TryComplete();
            _opened.SetException(exception);
            _ended.SetResult();
            return;
        }
        while (WaitForWork())
        {
            while (_batch.Count < MostAtOnce && _work.Reader.TryRead(out var work))
            {
                _batch.Add(work);
            }
            database ??= Reopen();
            if (database is not null)
            {
                RunBatch(database);
                if (database.IsBroken && _reopen is not null)
                {
                    // Closed at once: an open file keeps a failed disk from being unmounted and mended.
                    database.Dispose();
                    database = null;
                    _broke?.Invoke();
                }
            }
            _batch.Clear();
        }
        database?.Dispose();
        _ended.SetResult();
    }

    /// <summary>Opens the connection again; where that cannot be, the work fails with the reason, and the next tries again.</summary>
    private SqliteDatabase? Reopen()
    {
        try
        {
            return _reopen!();
        }
        catch (Exception exception)
        {
            _batch.ForEach(work => work.Fail(exception));
            return null;
        }
    }

    private bool WaitForWork()
    {
        var more = _work.Reader.WaitToReadAsync();
#pragma warning disable VSTHRD002 // This thread is SQLite's own: it is here to block.
        return more.IsCompletedSuccessfully ? more.Result : more.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private void RunBatch(SqliteDatabase database)
    {
        if (!_writes)
        {
            _batch.ForEach(work => RunAlone(database, work));
            return;
        }
        try
        {
            database.Begin();
            foreach (var work in _batch)
            {
                work.Run(database);
            }
            database.Commit();
        }
        catch (Exception) when (_batch.Count > 1)
        {
            // One of them fails, and the others must not fail with it.
            database.RollBack();
            _batch.ForEach(work => RunInTransaction(database, work));
            return;
        }
        catch (Exception exception)
        {
            database.RollBack();
            _batch[0].Fail(exception);
            return;
        }
        _batch.ForEach(static work => work.Succeed());
    }

    private static void RunInTransaction(SqliteDatabase database, SqliteWork work)
    {
        try
        {
            database.Begin();
            work.Run(database);
            database.Commit();
        }
        catch (Exception exception)
        {
            database.RollBack();
            work.Fail(exception);
            return;
        }
        work.Succeed();
    }

    private static void RunAlone(SqliteDatabase database, SqliteWork work)
    {
        try
        {
            work.Run(database);
        }
        catch (Exception exception)
        {
            work.Fail(exception);
            return;
        }
        work.Succeed();
    }
}
