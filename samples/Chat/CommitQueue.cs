using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Chat;

/// <summary>
/// The single writer of a SQLite connection. It commits whatever has gathered since its last commit as one transaction, so that
/// many writes share one wait for the disk; then it tells of each write in order; then it answers.
/// </summary>
sealed class CommitQueue : IAsyncDisposable
{
    private const int MaxBatch = 256;

    private readonly Channel<Write> _writes = Channel.CreateBounded<Write>(1024);
    private readonly SqliteConnection _connection;
    private readonly Task _writing;

    public CommitQueue(SqliteConnection connection)
    {
        _connection = connection;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Runs a write in the next transaction; completes once it is on disk and was told of.</summary>
    /// <param name="run">The write.</param>
    /// <param name="tell">Called with its result once it is on disk, one write after another.</param>
    public async Task<T> RunAsync<T>(Func<SqliteConnection, T> run, Func<T, ValueTask>? tell = null)
    {
        var write = new Write<T>(run, tell);
        await _writes.Writer.WriteAsync(write);
        return await write.Result;
    }

    /// <summary>Finishes what was asked for.</summary>
    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync()
    {
        var batch = new List<Write>(MaxBatch);
        while (await _writes.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && _writes.Reader.TryRead(out var write))
            {
                batch.Add(write);
            }
            try
            {
                using var transaction = _connection.BeginTransaction();
                batch.ForEach(write => write.Run(_connection));
                transaction.Commit();
            }
            catch (SqliteException error)
            {
                batch.ForEach(write => write.Fail(error));
            }
            foreach (var write in batch)
            {
                await write.FinishAsync();
            }
            batch.Clear();
        }
    }

    private abstract class Write
    {
        /// <summary>Why it is not on disk, or null.</summary>
        protected Exception? Error { get; private set; }

        public abstract void Run(SqliteConnection connection);

        public abstract Task FinishAsync();

        public void Fail(Exception error) => Error ??= error;
    }

    private sealed class Write<T>(Func<SqliteConnection, T> run, Func<T, ValueTask>? tell) : Write
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Result => _done.Task;

        public override void Run(SqliteConnection connection)
        {
            try
            {
                _result = run(connection);
            }
            catch (Exception error)
            {
                // One bad write must not take the others of its transaction with it.
                Fail(error);
            }
        }

        public override async Task FinishAsync()
        {
            if (Error is not null)
            {
                _done.SetException(Error);
                return;
            }
            try
            {
                if (tell is not null)
                {
                    await tell(_result!);
                }
                _done.SetResult(_result!);
            }
            catch (Exception error)
            {
                _done.SetException(error);
            }
        }
    }
}
