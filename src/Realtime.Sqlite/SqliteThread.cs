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
    private readonly bool _writes;

    public SqliteThread(string name, SqliteUse use, bool writes, Func<SqliteDatabase> open)
    {
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

    /// <summary>Does what is queued and ends.</summary>
    public async ValueTask StopAsync()
    {
        _work.Writer.TryComplete();
        await _ended.Task;
    }

    private void Live()
    {
        SqliteDatabase database;
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
        using (database)
        {
            while (WaitForWork())
            {
                while (_batch.Count < MostAtOnce && _work.Reader.TryRead(out var work))
                {
                    _batch.Add(work);
                }
                RunBatch(database);
                _batch.Clear();
            }
        }
        _ended.SetResult();
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
