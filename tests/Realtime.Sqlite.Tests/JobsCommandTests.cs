using System.Text.Json;

namespace Realtime.Sqlite;

public sealed class JobsCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Jobs_shows_how_many_are_in_which_state_of_a_stopped_app()
    {
        await FillAsync();

        var (code, output, error) = await RunAsync("jobs");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            [
                "QUEUE    AVAILABLE  SCHEDULED  WAITING  RUNNING  SUCCEEDED  FAILED  CANCELLED  QUARANTINED  OLDEST",
                "default          0          1        0        0          1       1          0            0",
                "media            2          0        0        0          0       0          0            0      0s",
            ],
            output.TrimEnd().Split('\n').Select(static line => System.Text.RegularExpressions.Regex.Replace(line, @"\d+s$", "0s")));
    }

    [Fact]
    public async Task Json_is_for_scripts()
    {
        await FillAsync();

        var queues = JsonDocument.Parse((await RunAsync("jobs", "--json")).Output).RootElement;
        var failed = JsonDocument.Parse((await RunAsync("jobs", "list", "--state", "failed", "--json")).Output).RootElement;

        Assert.Equal(2, queues[1].GetProperty("jobs").GetProperty("available").GetInt32());
        Assert.Equal("fail", Assert.Single(failed.EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("No.", failed[0].GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("failed", failed[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task List_filters_and_show_tells_everything()
    {
        await FillAsync();

        var list = (await RunAsync("jobs", "list", "--queue", "default", "--state", "failed")).Output.Split('\n');
        Assert.StartsWith("ID", list[0], StringComparison.Ordinal);
        Assert.Contains("fail", list[1], StringComparison.Ordinal);
        Assert.EndsWith("No.", list[1], StringComparison.Ordinal);

        var show = (await RunAsync("jobs", "show", list[1].Split(' ')[0])).Output;
        Assert.Contains("state     failed\n", show, StringComparison.Ordinal);
        Assert.Contains("attempt   1 of 1\n", show, StringComparison.Ordinal);
        Assert.Contains("error     FormatException: No.\n", show, StringComparison.Ordinal);
        Assert.Contains("args      1\n", show, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_jobs_are_retried_waiting_ones_cancelled_and_finished_ones_purged()
    {
        await FillAsync();
        var failed = await IdAsync("failed");
        var waiting = await IdAsync("available");

        Assert.Equal($"{failed} is retried.\n", (await RunAsync("jobs", "retry", failed)).Output);
        Assert.Equal($"{waiting} is cancelled.\n", (await RunAsync("jobs", "cancel", waiting)).Output);
        Assert.Equal("1 job retried.\n", (await RunAsync("jobs", "retry", "--state", "cancelled")).Output);
        Assert.Equal("1 job removed.\n", (await RunAsync("jobs", "purge", "--state", "succeeded")).Output);
        Assert.Equal("There are no such jobs.\n", (await RunAsync("jobs", "list", "--state", "succeeded")).Output);
    }

    [Fact]
    public async Task A_queue_is_paused_and_goes_on()
    {
        await FillAsync();

        Assert.Equal("The queue media is paused.\n", (await RunAsync("jobs", "pause", "media")).Output);
        Assert.EndsWith("paused", (await RunAsync("jobs")).Output.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal("The queue media goes on.\n", (await RunAsync("jobs", "resume", "media")).Output);
        Assert.DoesNotContain("paused", (await RunAsync("jobs")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schedules_are_listed_run_now_and_paused()
    {
        await FillAsync();

        Assert.Contains("nightly   0 3 * * *  ok", (await RunAsync("jobs", "schedules")).Output, StringComparison.Ordinal);
        Assert.StartsWith("ok is enqueued as ", (await RunAsync("jobs", "run", "nightly")).Output, StringComparison.Ordinal);
        Assert.Equal("The schedule nightly is paused.\n", (await RunAsync("jobs", "pause", "--schedule", "nightly")).Output);
        Assert.EndsWith("paused", (await RunAsync("jobs", "schedules")).Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no job 00000000-0000-0000-0000-000000000001: the id is wrong, or its retention is over.", "jobs", "show", "00000000-0000-0000-0000-000000000001")]
    [InlineData("Say which: --state, --queue, --name, --tag, or --all finished jobs.", "jobs", "purge")]
    [InlineData("Say which: ids, --state, --queue, --name, --tag, or --all that failed.", "jobs", "retry")]
    [InlineData("Say what to pause: a queue, or --schedule and a schedule's name.", "jobs", "pause")]
    [InlineData("There is no schedule 'x' in this app: see `jobs schedules`.", "jobs", "run", "x")]
    public async Task A_mistake_is_one_line_and_exit_code_1(string expected, params string[] args)
    {
        var (code, output, error) = await RunAsync(args);

        Assert.Equal((1, "", $"{expected}\n"), (code, output, error));
    }

    [Fact]
    public async Task A_job_is_enqueued_by_its_name_and_arguments()
    {
        var (code, output, _) = await RunAsync("jobs", "enqueue", "ok", "42", "--queue", "media", "--delay", "01:00:00", "--unique", "k", "--tag", "by hand");
        var again = await RunAsync("jobs", "enqueue", "ok", "43", "--unique", "k", "--json");

        Assert.Equal(0, code);
        Assert.StartsWith("ok is enqueued as ", output, StringComparison.Ordinal);
        Assert.False(JsonDocument.Parse(again.Output).RootElement.GetProperty("isNew").GetBoolean());
        var job = Assert.Single(JsonDocument.Parse((await RunAsync("jobs", "list", "--tag", "by hand", "--json")).Output).RootElement.EnumerateArray());
        Assert.Equal(("media", "scheduled", 42), (job.GetProperty("queue").GetString(), job.GetProperty("state").GetString(), job.GetProperty("args").GetInt32()));
        Assert.Equal((1, "", "There is no job 'no' in this app. It has: fail, ok.\n"), await RunAsync("jobs", "enqueue", "no", "1"));
        Assert.StartsWith("The arguments do not parse as int: ", (await RunAsync("jobs", "enqueue", "ok", "many")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workers_are_listed_with_what_they_run()
    {
        Assert.Equal("No process runs jobs now.\n", (await RunAsync("jobs", "workers")).Output);
        await using var queue = new JobQueue();
        queue.UseSqlite(_folder.File("jobs.db"));
        var started = new TaskCompletionSource();
        var wait = queue.Define<int>("wait", async (int args, JobContext job) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Cancellation);
        });
        await queue.StartAsync();
        await wait.EnqueueAsync(1);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var worker = Assert.Single(JsonDocument.Parse((await RunAsync("jobs", "workers", "--json")).Output).RootElement.EnumerateArray());

        Assert.Equal((Environment.ProcessId, 1), (worker.GetProperty("process").GetInt32(), worker.GetProperty("running").GetInt32()));
        Assert.Contains("RUNNING", (await RunAsync("jobs", "workers")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_tells_the_log_and_what_is_under_a_job()
    {
        Guid id;
        await using (var queue = new JobQueue())
        {
            queue.UseSqlite(_folder.File("jobs.db"));
            var say = queue.Define<string, string>("say", (string args, JobContext job) =>
            {
                job.Log($"Saying {args}.");
                return args;
            });
            await queue.StartAsync();
            var flow = await say.With("a").Then(say).EnqueueAsync();
            await flow.WaitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
            id = flow.Id;
        }

        var show = (await RunAsync("jobs", "show", $"{id}")).Output;

        Assert.Contains("Saying a.\n", show, StringComparison.Ordinal);
        Assert.Matches("under it  [0-9a-f-]{36} say succeeded\n", show);
    }

    [Fact]
    public async Task Migrate_makes_the_tables_brings_them_up_to_date_and_says_what_it_did()
    {
        var (file, version) = (_folder.File("new.db"), SqliteJobTables.Migrations.Count);

        var refused = await RunAsync("jobs");
        Assert.False(File.Exists(file));
        var made = await RunAsync("jobs", "migrate");
        using (var database = new SqliteDatabase(new SqliteFile(_folder.File("old.db"), SqliteUse.Jobs)))
        {
            SqliteSchema.Migrate(database, new SqliteFile(_folder.File("old.db"), SqliteUse.Jobs), [.. SqliteJobTables.Migrations.Take(2)]);
        }
        File.Move(_folder.File("old.db"), file, overwrite: true);
        var old = await RunAsync("jobs");
        var brought = await RunAsync("jobs", "migrate");
        var again = await RunAsync("jobs", "migrate", "--json");
        var jobs = await RunAsync("jobs");

        Assert.Contains("cannot be opened", refused.Said, StringComparison.Ordinal);
        Assert.Equal((0, $"The job tables in {file} are made, with version {version}.\n"), made);
        Assert.Equal((1, true), (old.Code, old.Said.Contains($"have version 2, and this program needs {version}. Run the app's command `jobs migrate`", StringComparison.Ordinal)));
        Assert.Equal((0, $"The job tables in {file} are brought from version 2 to {version}.\n"), brought);
        Assert.Equal(version, JsonDocument.Parse(again.Said).RootElement.GetProperty("from").GetInt32());
        Assert.Equal((0, "There are no jobs.\n"), jobs);

        async Task<(int Code, string Said)> RunAsync(params string[] args)
        {
            var app = new App();
            app.Jobs.UseSqlite(file, new SqliteJobStoreOptions { Migrate = false });
            var said = new StringWriter { NewLine = "\n" };
            return (await app.RunAsync(args, said, said, default), said.ToString());
        }
    }

    [Fact]
    public async Task Jobs_in_memory_cannot_be_looked_at_from_outside()
    {
        var app = new App();
        app.Job("ok", (int args, JobContext job) => Task.CompletedTask);
        var (output, error) = (new StringWriter(), new StringWriter());

        Assert.Equal(1, await app.RunAsync(["jobs"], output, error, default));
        Assert.StartsWith("The app keeps its jobs in memory", error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private App Create()
    {
        var app = new App();
        app.Jobs.UseSqlite(_folder.File("jobs.db"));
        var ok = app.Job("ok", (int args, JobContext job) => Task.CompletedTask);
        app.Job("fail", (int args, JobContext job) => throw new FormatException("No."), new JobOptions { MaxAttempts = 1 });
        app.Cron("nightly", "0 3 * * *", ok, 1);
        return app;
    }

    // One that succeeded, one that failed, one for tomorrow, and two in a queue that this app does not run.
    private async Task FillAsync()
    {
        await using var queue = new JobQueue();
        queue.UseSqlite(_folder.File("jobs.db"));
        var ok = queue.Define<int>("ok", (int args) => { });
        var fail = queue.Define<int>("fail", (Action<int>)(static args => throw new FormatException("No.")), new JobOptions { MaxAttempts = 1 });
        var elsewhere = queue.Define<int>("elsewhere", options: new JobOptions { Queue = "media" });
        queue.Cron("nightly", "0 3 * * *", ok, 1);
        await queue.StartAsync();
        var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;
        await (await ok.EnqueueAsync(1)).WaitAsync(limit);
        await (await fail.EnqueueAsync(1)).WaitAsync(limit);
        await ok.EnqueueAsync(1, delay: TimeSpan.FromDays(1));
        await elsewhere.EnqueueManyAsync([1, 2]);
    }

    private async Task<string> IdAsync(string state) =>
        JsonDocument.Parse((await RunAsync("jobs", "list", "--state", state, "--json")).Output).RootElement[0].GetProperty("id").GetString()!;

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var code = await Create().RunAsync(args, output, error, default);
        return (code, output.ToString(), error.ToString());
    }
}
