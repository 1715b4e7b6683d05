using System.Text.Json;
using Realtime.Jobs;
using Realtime.Postgres;
using Realtime.Sqlite;
using Realtime.Torture;

namespace Realtime.Producer;

/// <summary>Real processes on both stores, and a real Ctrl+C half way.</summary>
public sealed class InterruptTests : IDisposable
{
    private const int Rows = 6000;

    private readonly string _folder = Directory.CreateTempSubdirectory("realtime-interrupt-").FullName;

    [Fact]
    public async Task On_SQLite_either_side_is_interrupted_half_way_and_goes_on_where_it_was()
    {
        var file = Path.Combine(_folder, "jobs.db");
        await GoesOnAsync(() => new SqliteJobStore(file), "--store", file);
    }

    [Fact]
    public async Task On_PostgreSQL_either_side_is_interrupted_half_way_and_goes_on_where_it_was()
    {
        await using var server = await PostgresServer.StartAsync(fsync: false);
        var database = await server.CreateDatabaseAsync();
        await GoesOnAsync(() => new PostgresJobStore(database), "--postgres", database);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task GoesOnAsync(Func<IJobStore> open, params string[] store)
    {
        var (csv, to) = (Path.Combine(_folder, "orders.csv"), Path.Combine(_folder, "imported"));
        await File.WriteAllLinesAsync(csv, ["id", .. Enumerable.Range(0, Rows).Select(static row => $"{row}")]);
        // A row a part: so many jobs that there is a half of the way.
        string[] produce = ["csv", csv, to, "--rows", "1", "--json", .. store];
        string[] work = ["work", "--concurrency", "2", "--json", .. store];
        await using var looking = open();
        await looking.OpenAsync(default);

        using (var producer = new ProducerProcess(produce))
        {
            await UntilAsync(async () => await CountAsync(looking) > 0 || producer.HasEnded);
            Assert.Equal(130, await producer.InterruptAsync());
        }
        var first = await CountAsync(looking);
        using (var worker = new ProducerProcess(work))
        {
            await worker.WroteAsync(5);
            Assert.Equal(0, await worker.InterruptAsync());
        }
        var done = (await looking.CountAsync(default)).Where(static count => count.State == JobState.Succeeded).Sum(static count => count.Count);
        Assert.InRange(done, 5, first);
        // Nothing is left running by one who has gone in order.
        Assert.DoesNotContain(await looking.CountAsync(default), static count => count.State == JobState.Running);

        using var workers = new ProducerProcess(work);
        using var again = new ProducerProcess(produce);
        Assert.Equal(0, await again.EndAsync());
        Assert.Equal(0, await workers.InterruptAsync());

        var summary = JsonDocument.Parse(again.Lines[^1]).RootElement;
        Assert.Equal((Rows - first, first, Rows), (Number("enqueued"), Number("known"), Number("succeeded")));
        Assert.Equal(Rows, await CountAsync(looking));
        Assert.Equal(Rows, Directory.EnumerateFiles(to).SelectMany(File.ReadLines).Distinct(StringComparer.Ordinal).Count());

        long Number(string name) => summary.GetProperty(name).GetInt64();
    }

    private static async Task<long> CountAsync(IJobStore store) => (await store.CountAsync(default)).Sum(static count => count.Count);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await holds())
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
