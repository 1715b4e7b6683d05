using Npgsql;
using NpgsqlTypes;
using Realtime.Jobs;
using Realtime.Torture;

namespace Realtime.Postgres;

/// <summary>Whole queues on a real server.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresQueueTests(PostgresFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_hint_wakes_a_worker_of_another_process_long_before_it_polls()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using var worker = Worker(database, TimeSpan.FromHours(1));
        await worker.StartAsync();
        await using var producer = Producer(database, out var add);
        await producer.OpenAsync();

        var now = await add.EnqueueAsync(1);
        var soon = await add.EnqueueAsync(2, delay: TimeSpan.FromMilliseconds(100));

        Assert.Equal((2, 3), (await now.ResultAsync(Soon()), await soon.ResultAsync(Soon())));
    }

    [Fact]
    public async Task Without_hints_a_worker_polls()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using var worker = Worker(database, TimeSpan.FromMilliseconds(50), new PostgresJobStoreOptions { Hints = false });
        await worker.StartAsync();
        await using var producer = Producer(database, out var add, new PostgresJobStoreOptions { Hints = false });
        await producer.OpenAsync();

        Assert.Equal(2, await (await add.EnqueueAsync(1)).ResultAsync(Soon()));
    }

    [Fact]
    public async Task The_table_of_waiting_jobs_is_vacuumed_when_many_have_ended()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using var store = new PostgresJobStore(database);
        await store.OpenAsync(default);
        await store.HeartbeatAsync(new JobNode(1, "", 0, 0), Limit, default);
        for (var batch = 0; batch < 4; batch++)
        {
            await store.EnqueueAsync(
                [.. Enumerable.Range(0, 5000).Select(static _ => new JobSpec { Id = Guid.NewGuid(), Name = "job", Queue = "q", Args = [], EnqueuedAt = TimeProvider.System.GetUtcNow() })], default);
            var claimed = (await store.ClaimAsync(1, [new QueueDemand("q", 5000)], default)).Jobs;
            await store.CompleteAsync(1, [.. claimed.Select(static job => new JobOutcome { Id = job.Spec.Id, Attempt = job.Attempt, State = JobState.Succeeded })], default);
        }

        await using var look = new NpgsqlConnection(database);
        await look.OpenAsync();
        await using var count = new NpgsqlCommand("SELECT pg_sleep(0.02), vacuum_count FROM pg_stat_user_tables WHERE relname = 'jobs'", look);
        for (var stopping = Soon(); ;)
        {
            await using var row = await count.ExecuteReaderAsync(stopping);
            if (await row.ReadAsync(stopping) && row.GetInt64(1) > 0)
            {
                return;
            }
        }
    }

    [Fact]
    public async Task Ends_are_recorded_by_id_and_not_by_comparing_all_that_runs_with_all_that_ended()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using var store = new PostgresJobStore(database);
        await store.OpenAsync(default);
        await store.HeartbeatAsync(new JobNode(1, "", 0, 0), Limit, default);
        await store.EnqueueAsync(
            [.. Enumerable.Range(0, 5000).Select(static _ => new JobSpec { Id = Guid.NewGuid(), Name = "job", Queue = "q", Args = [], EnqueuedAt = TimeProvider.System.GetUtcNow() })], default);
        var claimed = (await store.ClaimAsync(1, [new QueueDemand("q", 1000)], default)).Jobs;

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var sql = new PostgresJobSql("realtime");
        await ExecuteAsync(connection, sql.Plan);
        await using var explain = new NpgsqlCommand("EXPLAIN " + sql.Finish, connection, transaction);
        explain.Parameters.With((DateTimeOffset?)null).With(1L)
            .WithMany(NpgsqlDbType.Uuid, claimed, static job => job.Spec.Id)
            .WithMany(NpgsqlDbType.Integer, claimed, static job => job.Attempt)
            .WithMany(NpgsqlDbType.Smallint, claimed, static _ => (short)JobState.Succeeded)
            .WithMany(NpgsqlDbType.Bytea, claimed, static _ => (byte[]?)null)
            .WithMany(NpgsqlDbType.Text, claimed, static _ => (string?)null)
            .WithMany(NpgsqlDbType.Text, claimed, static _ => (string?)null)
            .WithMany(NpgsqlDbType.Text, claimed, static _ => (string?)null)
            .WithMany(NpgsqlDbType.Double, claimed, static _ => (double?)null)
            .WithMany(NpgsqlDbType.Text, claimed, static _ => (string?)null);
        var plan = new List<string>();
        await using var row = await explain.ExecuteReaderAsync(Soon());
        while (await row.ReadAsync())
        {
            plan.Add(row.GetString(0));
        }

        Assert.Contains(plan, static line => line.Contains("Index Cond: (id = o", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_jobs_are_few_notifications()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using var producer = Producer(database, out var add);
        await producer.OpenAsync();
        await using var listener = new NpgsqlConnection(database);
        await listener.OpenAsync();
        var heard = 0;
        listener.Notification += (_, _) => Interlocked.Increment(ref heard);
        await ExecuteAsync(listener, "LISTEN realtime_jobs");
        var started = Environment.TickCount64;

        await Task.WhenAll(Enumerable.Range(0, 2000).Select(number => add.EnqueueAsync(number).AsTask()));
        await listener.WaitAsync(Soon());
        await ExecuteAsync(listener, "SELECT 1");

        Assert.InRange(heard, 1, 2 + ((Environment.TickCount64 - started) / 5));
    }

    [Fact]
    public async Task What_is_enqueued_in_a_transaction_comes_and_goes_with_it()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using var worker = Worker(database, TimeSpan.FromHours(1));
        await worker.StartAsync();
        await using var store = new PostgresJobStore(database);
        await store.OpenAsync(default);
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await ExecuteAsync(connection, "CREATE TABLE orders (id integer)");

        var (dropped, kept) = (Spec("2"), Spec("3", key: "k"));
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await store.EnqueueAsync([dropped], transaction, default);
            await transaction.RollbackAsync();
        }
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await ExecuteAsync(connection, "INSERT INTO orders VALUES (1)");
            await store.EnqueueAsync([kept], transaction, default);
            Assert.Null(await store.FindAsync(kept.Id, default));
            await transaction.CommitAsync();
        }

        Assert.Equal(4, await worker.Handle(kept.Id).ResultAsync<int>(Soon()));
        Assert.Null(await store.FindAsync(dropped.Id, default));
    }

    [Fact]
    public async Task A_transaction_of_another_kind_is_refused()
    {
        await using var store = new PostgresJobStore(await fixture.Server.CreateDatabaseAsync());
        await store.OpenAsync(default);
        await using var connection = new NpgsqlConnection(fixture.Server.ConnectionString());
        await connection.OpenAsync();
        var over = await connection.BeginTransactionAsync();
        await over.CommitAsync();

        var error = await Assert.ThrowsAsync<JobStoreException>(async () => await store.EnqueueAsync([Spec("1")], over, default));

        Assert.Contains("open NpgsqlTransaction", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_of_another_database_is_refused_and_one_of_the_same_by_another_name_is_not()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using var store = new PostgresJobStore(database);
        await store.OpenAsync(default);
        await using var elsewhere = new NpgsqlConnection(await fixture.Server.CreateDatabaseAsync());
        await elsewhere.OpenAsync();
        await using var wrong = await elsewhere.BeginTransactionAsync();
        await using var here = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Host = "localhost" }.ConnectionString);
        await here.OpenAsync();
        await using var right = await here.BeginTransactionAsync();

        var error = await Assert.ThrowsAsync<JobStoreException>(async () => await store.EnqueueAsync([Spec("1")], wrong, default));
        var added = await store.EnqueueAsync([Spec("2")], right, default);
        await right.CommitAsync();

        Assert.Contains("kept in another one", error.Message, StringComparison.Ordinal);
        Assert.NotNull(await store.FindAsync(added[0].Id, default));
        await wrong.RollbackAsync();
    }

    [Fact]
    public async Task What_text_in_the_database_cannot_hold_does_not_keep_an_end_from_being_recorded()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using var queue = new JobQueue();
        queue.UsePostgres(database);
        var job = queue.Define<int>("job", Fail, new JobOptions { MaxAttempts = 1 });
        await queue.StartAsync();

        var handle = await job.EnqueueAsync(1);
        await handle.WaitAsync(Soon());

        var stored = await handle.GetAsync();
        Assert.Equal((JobState.Failed, "nul \ufffd, half \ufffd, whole \ud83d\ude00"), (stored.State, stored.Error!.Message));

        static void Fail(int args) => throw new InvalidOperationException("nul \0, half \ud800, whole \ud83d\ude00");
    }

    [Fact]
    public async Task Finished_jobs_leave_the_hot_table()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using var worker = Worker(database, TimeSpan.FromHours(1));
        var add = worker.Define<int, int>("more", (int args) => args);
        await worker.StartAsync();
        await Task.WhenAll((await add.EnqueueManyAsync(Enumerable.Range(0, 50))).Select(handle => handle.WaitAsync(Soon())));

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var count = new NpgsqlCommand("SELECT (SELECT count(*) FROM realtime.jobs), (SELECT count(*) FROM realtime.jobs_finished)", connection);
        await using var reader = await count.ExecuteReaderAsync();
        await reader.ReadAsync();
        Assert.Equal((0L, 50L), (reader.GetInt64(0), reader.GetInt64(1)));
    }

    [Fact]
    public async Task The_source_of_an_app_is_used_and_left_to_it()
    {
        await using var source = NpgsqlDataSource.Create(await fixture.Server.CreateDatabaseAsync());
        await using (var queue = new JobQueue())
        {
            queue.UsePostgres(source);
            var add = queue.Define<int, int>("add", (int args) => args + 1);
            await queue.StartAsync();
            Assert.Equal(2, await (await add.EnqueueAsync(1)).ResultAsync(Soon()));
        }

        await using var connection = await source.OpenConnectionAsync();
        await ExecuteAsync(connection, "SELECT 1");
    }

    [Fact]
    public async Task A_queue_goes_on_by_itself_when_its_server_is_back_and_hears_hints_again()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var worker = Worker(server.ConnectionString(), TimeSpan.FromSeconds(1));
        await worker.StartAsync();
        await using var producer = Producer(server.ConnectionString(), out var add);
        await producer.OpenAsync();
        Assert.Equal(2, await (await add.EnqueueAsync(1)).ResultAsync(Soon()));

        await server.StopAsync();
        var away = await Assert.ThrowsAsync<JobStoreException>(async () => await add.EnqueueAsync(2));
        await server.StartAgainAsync();

        Assert.Contains("cannot be reached", away.Message, StringComparison.Ordinal);
        Assert.Equal(4, await (await add.EnqueueAsync(3)).ResultAsync(Soon()));
    }

    [Fact]
    public async Task Behind_a_transaction_pooler_everything_works_without_a_session()
    {
        var database = new NpgsqlConnectionStringBuilder(await fixture.Server.CreateDatabaseAsync());
        await using var pooler = await Pooler.StartAsync(fixture.Server.Port);
        var options = new PostgresJobStoreOptions { TransactionPooler = true };
        database.Port = pooler.Port;
        await using var worker = Worker(database.ConnectionString, TimeSpan.FromMilliseconds(100), options);
        await worker.StartAsync();
        await using var producer = Producer(database.ConnectionString, out var add, options);
        await producer.OpenAsync();

        // More callers at once than the pooler has connections to the server.
        var handles = await Task.WhenAll(Enumerable.Range(0, 300).Select(number => add.EnqueueAsync(number).AsTask()));

        Assert.Equal(Enumerable.Range(1, 300), await Task.WhenAll(handles.Select(handle => handle.ResultAsync(Soon()))));
    }

    private static CancellationToken Soon() => new CancellationTokenSource(Limit).Token;

    private static JobSpec Spec(string args, string? key = null) => new()
    {
        Id = Guid.CreateVersion7(),
        Name = "add",
        Queue = "default",
        Args = System.Text.Encoding.UTF8.GetBytes(args),
        EnqueuedAt = DateTimeOffset.UtcNow,
        UniqueKey = key,
    };

    private static JobQueue Worker(string database, TimeSpan poll, PostgresJobStoreOptions? options = null)
    {
        var queue = new JobQueue { Options = new JobQueueOptions { PollInterval = poll } };
        queue.UsePostgres(database, options);
        queue.Define<int, int>("add", (int args) => args + 1);
        return queue;
    }

    private static JobQueue Producer(string database, out Job<int, int> add, PostgresJobStoreOptions? options = null)
    {
        var queue = new JobQueue { Options = new JobQueueOptions { RunsJobs = false, PollInterval = TimeSpan.FromMilliseconds(50) } };
        queue.UsePostgres(database, options);
        add = queue.Define<int, int>("add");
        return queue;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
