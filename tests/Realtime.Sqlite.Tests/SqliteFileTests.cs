using Realtime.Jobs;

namespace Realtime.Sqlite;

public sealed class SqliteFileTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Jobs_outlive_the_process_that_enqueued_them()
    {
        var file = _folder.File("deep/er/jobs.db");
        Guid id;
        await using (var producer = new JobQueue { Options = new JobQueueOptions { RunsJobs = false } })
        {
            producer.UseSqlite(file);
            var add = producer.Define<int, int>("add");
            await producer.OpenAsync();
            id = (await add.EnqueueAsync(1)).Id;
        }

        await using var worker = new JobQueue();
        worker.UseSqlite(file);
        worker.Define<int, int>("add", (int args) => args + 1);
        await worker.StartAsync();

        Assert.Equal(2, await worker.Handle(id).ResultAsync<int>(new CancellationTokenSource(Limit).Token));
    }

    [Fact]
    public async Task A_console_program_produces_jobs_that_another_process_runs_and_may_be_run_again()
    {
        var file = _folder.File("jobs.db");
        for (var run = 0; run < 2; run++)
        {
            using var process = System.Diagnostics.Process.Start("dotnet", [typeof(Producer).Assembly.Location, "produce", file]);
            await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
            Assert.Equal(0, process.ExitCode);
        }

        await using var worker = new JobQueue();
        worker.UseSqlite(file);
        worker.Define<int, int>("add", static (int args) => args + 1);
        await worker.StartAsync();
        await worker.DrainAsync(new CancellationTokenSource(Limit).Token);

        var jobs = await worker.ListAsync(new JobFilter { Tag = "imported", State = JobState.Succeeded }, limit: 1000);
        Assert.Equal(Enumerable.Range(1, Producer.Jobs), jobs.Select(static job => job.Result!.Value.GetInt32()).Order());
    }

    [Fact]
    public async Task A_pause_outlives_the_process_that_asked_for_it()
    {
        var file = _folder.File("jobs.db");
        await using (var store = new SqliteJobStore(file))
        {
            await store.OpenAsync(default);
            await store.PauseAsync("default", true, default);
        }

        await using var again = new SqliteJobStore(file);
        await again.OpenAsync(default);

        Assert.Equal(["default"], await again.PausedQueuesAsync(default));
    }

    [Fact]
    public async Task A_result_is_awaited_and_a_cancel_asked_for_across_queues_on_one_file()
    {
        var file = _folder.File("jobs.db");
        await using var producer = new JobQueue { Options = new JobQueueOptions { RunsJobs = false, PollInterval = TimeSpan.FromMilliseconds(50) } };
        producer.UseSqlite(file);
        var endless = producer.Define<int>("endless");
        var add = producer.Define<int, int>("add");
        await producer.OpenAsync();
        await using var worker = new JobQueue
        {
            Options = new JobQueueOptions
            {
                PollInterval = TimeSpan.FromMilliseconds(50),
                HeartbeatInterval = TimeSpan.FromMilliseconds(50),
                LeaseTime = TimeSpan.FromSeconds(20),
            },
        };
        worker.UseSqlite(file);
        worker.Define<int, int>("add", (int args) => args + 1);
        var started = new TaskCompletionSource();
        worker.Define<int>("endless", async (int args, JobContext job) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Cancellation);
        });
        await worker.StartAsync();

        var handle = await endless.EnqueueAsync(1);
        await started.Task.WaitAsync(Limit);
        Assert.Equal(JobState.Running, await handle.CancelAsync());

        Assert.Equal(2, await (await add.EnqueueAsync(1)).ResultAsync(new CancellationTokenSource(Limit).Token));
        Assert.Equal(JobState.Cancelled, (await handle.WaitAsync(new CancellationTokenSource(Limit).Token)).State);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_with_advice()
    {
        var file = _folder.File("jobs.db");
        await File.WriteAllTextAsync(file, new string('x', 10_000));

        var error = await RefusedAsync(file);

        Assert.Contains("is damaged, or not a SQLite database. Restore a backup, or move it away", error.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 10_000), await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_folder_in_place_of_the_file_is_refused()
    {
        var error = await RefusedAsync(_folder.Path);

        Assert.Contains("cannot be opened", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        var file = _folder.File("jobs.db");
        await using (var store = new SqliteJobStore(file))
        {
            await store.OpenAsync(default);
        }
        using (var database = new SqliteDatabase(new SqliteFile(file, SqliteUse.Jobs)))
        {
            database.Execute("UPDATE realtime_jobs_schema SET version = 99");
        }

        var error = await RefusedAsync(file);

        Assert.Contains("has schema version 99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_the_first_version_is_taken_over_with_its_jobs_and_keys()
    {
        var file = _folder.File("jobs.db");
        var id = Guid.CreateVersion7();
        using (var database = new SqliteDatabase(new SqliteFile(file, SqliteUse.Jobs)))
        {
            SqliteSchema.Migrate(database, new SqliteFile(file, SqliteUse.Jobs), [SqliteJobTables.Migrations[0]]);
            database.PrepareOnce("""
                INSERT INTO realtime_jobs (id, name, queue, priority, state, attempt, max_attempts, args, enqueued, retention, cancel, unique_key)
                VALUES (?1, 'old', 'default', 0, 0, 0, 3, x'31', 0, 0, 0, 'nightly')
                """).Bind(1, id).Run();
        }

        await using var store = new SqliteJobStore(file);
        await store.OpenAsync(default);
        await store.HeartbeatAsync(new JobNode(1, "", 0, 0), TimeSpan.FromMinutes(1), default);
        var again = await store.EnqueueAsync(new JobSpec { Id = Guid.NewGuid(), Name = "old", Queue = "default", Args = [], EnqueuedAt = DateTimeOffset.UnixEpoch, IdempotencyKey = "nightly" }, default);
        var job = Assert.Single((await store.ClaimAsync(1, [new QueueDemand("default", 5)], default)).Jobs);

        Assert.Equal(new EnqueueResult(id, EnqueueStatus.Existing), again);
        Assert.Equal((id, 3, "nightly", null), (job.Spec.Id, job.MaxAttempts, job.Spec.IdempotencyKey, job.Spec.UniqueKey));
        Assert.Equal(JobState.Succeeded, (await store.CompleteAsync(1, [new JobOutcome { Id = id, Attempt = 1, State = JobState.Succeeded }], default))[0]);
    }

    [Fact]
    public async Task An_app_may_keep_its_own_tables_in_the_file()
    {
        var file = _folder.File("app.db");
        using (var database = new SqliteDatabase(new SqliteFile(file, SqliteUse.Jobs)))
        {
            database.Execute("PRAGMA user_version = 7; CREATE TABLE notes (text TEXT)");
        }
        for (var start = 0; start < 2; start++)
        {
            await using var store = new SqliteJobStore(file);
            await store.OpenAsync(default);
        }
    }

    [Fact]
    public async Task A_full_disk_is_a_clear_error_at_enqueue_and_what_was_stored_stays()
    {
        var file = _folder.File("jobs.db");
        await using var store = new SqliteJobStore(file, new SqliteJobStoreOptions { MaxPages = 40 });
        await store.OpenAsync(default);
        var stored = new List<Guid>();

        var error = await Assert.ThrowsAsync<JobStoreException>(async () =>
        {
            while (true)
            {
                stored.Add((await store.EnqueueAsync(Spec(args: 2000), default)).Id);
            }
        });

        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(stored);
        Assert.Equal(stored.Count, (await store.CountAsync(default)).Sum(static count => count.Count));
    }

    [Fact]
    public async Task One_job_that_cannot_be_stored_does_not_fail_those_committed_with_it()
    {
        await using var store = new SqliteJobStore(_folder.File("jobs.db"));
        await store.OpenAsync(default);
        var twice = Spec();
        await store.EnqueueAsync(twice, default);

        var enqueues = Enumerable.Range(0, 50).Select(index => store.EnqueueAsync(index == 25 ? twice : Spec(), default).AsTask()).ToList();

        await Assert.ThrowsAsync<JobStoreException>(() => enqueues[25]);
        await Task.WhenAll(enqueues.Where((_, index) => index != 25)).WaitAsync(Limit);
        Assert.Equal(50, (await store.CountAsync(default)).Sum(static count => count.Count));
    }

    [Fact]
    public async Task Several_processes_may_open_a_new_file_at_once()
    {
        var file = _folder.File("jobs.db");
        var stores = Enumerable.Range(0, 6).Select(_ => new SqliteJobStore(file)).ToList();

        await Task.WhenAll(stores.Select(store => Task.Run(async () => await store.OpenAsync(default)))).WaitAsync(Limit);

        foreach (var store in stores)
        {
            await store.EnqueueAsync(Spec(), default);
        }
        Assert.Equal(6, (await stores[0].CountAsync(default)).Sum(static count => count.Count));
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        var store = new SqliteJobStore(_folder.File("jobs.db"));
        await store.OpenAsync(default);
        await store.DisposeAsync();

        var error = await Assert.ThrowsAsync<JobStoreException>(async () => await store.EnqueueAsync(Spec(), default));

        Assert.Contains("closed", error.Message, StringComparison.Ordinal);
    }

    private static JobSpec Spec(int args = 2) => new()
    {
        Id = Guid.NewGuid(),
        Name = "job",
        Queue = "default",
        Args = new byte[args],
        EnqueuedAt = DateTimeOffset.UnixEpoch,
    };

    private static async Task<JobStoreException> RefusedAsync(string file)
    {
        await using var store = new SqliteJobStore(file);
        return await Assert.ThrowsAsync<JobStoreException>(async () => await store.OpenAsync(default));
    }
}
