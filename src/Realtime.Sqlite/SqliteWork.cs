namespace Realtime.Sqlite;

/// <summary>Something to be done on a connection's thread, whose caller awaits it.</summary>
internal abstract class SqliteWork
{
    /// <summary>Does it. May be called again behind a rollback.</summary>
    public abstract void Run(SqliteDatabase database);

    /// <summary>What was done counts: tells the caller.</summary>
    public abstract void Succeed();

    /// <summary>What was done does not count: tells the caller.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>Work with a result.</summary>
/// <typeparam name="T">The result.</typeparam>
internal sealed class SqliteWork<T>(Func<SqliteDatabase, T> run, Action<T>? committed) : SqliteWork
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Done => _done.Task;

    public override void Run(SqliteDatabase database) => _result = run(database);

    public override void Succeed()
    {
        committed?.Invoke(_result);
        _done.TrySetResult(_result);
    }

    public override void Fail(Exception exception) => _done.TrySetException(exception);
}
