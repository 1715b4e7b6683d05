using Microsoft.Data.Sqlite;
using Realtime.Jobs;

namespace Realtime.Sqlite;

public sealed class SqliteTransactionTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly JobQueue _queue = new() { Options = new JobQueueOptions { PollInterval = TimeSpan.FromMilliseconds(50) } };
    private Job<int, int> _job = null!;
    private SqliteConnection _connection = null!;

    private string File => _folder.File("app.db");

    public async Task InitializeAsync()
    {
        _queue.UseSqlite(File);
        _job = _queue.Define<int, int>("double", static (int args) => args * 2);
        await _queue.StartAsync();
        _connection = new SqliteConnection($"Data Source={File}");
        await _connection.OpenAsync();
        await ExecuteAsync("CREATE TABLE orders (id INTEGER)");
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        SqliteConnection.ClearAllPools();
        await _queue.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_job_comes_with_the_commit_of_the_transaction_it_is_enqueued_in()
    {
        JobHandle<int> handle;
        await using (var transaction = await _connection.BeginTransactionAsync())
        {
            await ExecuteAsync("INSERT INTO orders VALUES (1)", transaction);
            handle = await _job.EnqueueAsync(21, transaction, new EnqueueOptions { Tags = ["order"], UniqueKey = "order 1" });
            Assert.Null(await _queue.FindAsync(handle.Id));
            await transaction.CommitAsync();
        }

        Assert.True(handle.IsNew);
        Assert.Equal(42, await handle.ResultAsync(new CancellationTokenSource(Limit).Token));
        Assert.Equal(handle.Id, Assert.Single(await _queue.ListAsync(new JobFilter { Tag = "order" })).Id);
    }

    [Fact]
    public async Task A_job_that_is_replaced_in_a_transaction_is_told_of_once_it_is_committed()
    {
        var told = new TaskCompletionSource<JobFinished>();
        using var observer = _queue.Observe(happened =>
        {
            if (happened is JobFinished finished)
            {
                told.TrySetResult(finished);
            }
        });
        var key = new EnqueueOptions { UniqueKey = "k", Delay = TimeSpan.FromHours(1), OnConflict = UniqueConflict.Replace };
        var replaced = await _job.EnqueueAsync(1, key);
        await using (var transaction = await _connection.BeginTransactionAsync())
        {
            await _job.EnqueueAsync(2, transaction, key);
            Assert.False(told.Task.IsCompleted);
            await transaction.CommitAsync();
        }

        var finished = await told.Task.WaitAsync(Limit);

        Assert.Equal((replaced.Id, JobState.Cancelled), (finished.Id, finished.State));
    }

    [Fact]
    public async Task A_job_vanishes_with_the_transaction_it_was_enqueued_in()
    {
        var replaced = await _job.EnqueueAsync(1, new EnqueueOptions { UniqueKey = "k", Delay = TimeSpan.FromHours(1) });
        IReadOnlyList<JobHandle> handles;
        await using (var transaction = await _connection.BeginTransactionAsync())
        {
            await ExecuteAsync("INSERT INTO orders VALUES (1)", transaction);
            handles = await _job.EnqueueManyAsync([1, 2, 3], options: static args => new EnqueueOptions { UniqueKey = args == 1 ? "k" : null, OnConflict = UniqueConflict.Replace }, transaction: transaction);
            await transaction.RollbackAsync();
        }

        foreach (var handle in handles)
        {
            Assert.Null(await _queue.FindAsync(handle.Id));
        }
        Assert.Equal(JobState.Scheduled, (await replaced.GetAsync()).State);
    }

    [Fact]
    public async Task A_transaction_on_another_file_is_refused_with_both_names()
    {
        await using var other = new SqliteConnection($"Data Source={_folder.File("other.db")}");
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();

        var error = await Assert.ThrowsAsync<JobStoreException>(async () => await _job.EnqueueAsync(1, transaction));

        Assert.Contains("other.db, but jobs are kept in", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_has_ended_is_refused()
    {
        await using var transaction = await _connection.BeginTransactionAsync();
        await transaction.CommitAsync();

        var error = await Assert.ThrowsAsync<JobStoreException>(async () => await _job.EnqueueAsync(1, transaction));

        Assert.Contains("before it ends", error.Message, StringComparison.Ordinal);
    }

    private async Task ExecuteAsync(string sql, System.Data.Common.DbTransaction? transaction = null)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = (SqliteTransaction?)transaction;
        await command.ExecuteNonQueryAsync();
    }
}
