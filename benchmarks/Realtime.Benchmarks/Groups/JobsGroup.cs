using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;
using Realtime.LoadClient.Measuring;

namespace Realtime.Benchmarks.Groups;

/// <summary>Jobs that do nothing: how fast they are taken, run and recorded, and how soon one starts.</summary>
internal sealed class JobsGroup : Group
{
    private const int Producers = 64;
    private const int SteadyRate = 200;
    private const string InMemory = "Realtime, memory";
    private const string Sqlite = "Realtime, SQLite";
    private const string Postgres = "Realtime, PostgreSQL";

    // About as many as take a few seconds.
    private static readonly Dictionary<string, int> Sizes = new(StringComparer.Ordinal)
    {
        [InMemory] = 1_000_000,
        [Sqlite] = 200_000,
        [Postgres] = 100_000,
        ["BullMQ"] = 50_000,
        ["Celery"] = 8_000,
    };

    public override string Name => "jobs";

    public override string Title => "Jobs: enqueue, run, record";

    public override string About => """
        Jobs that do nothing, on both cores. Enqueued: 64 producers, each of which waits for the acknowledgement before it makes the next; nobody runs them. Run: a backlog,
        until the last outcome is recorded. Through: producers and workers at once, from the first enqueue to the last recorded outcome. Start: from the call of enqueue to the
        first line of the handler, at 200 a second. Ours and the peers answer the same questions about themselves over HTTP; what they stand on (Redis, PostgreSQL) runs on the
        same two cores. SQLite is synced with every commit before an enqueue is acknowledged; Redis keeps its append-only file synced every second; memory is memory.
        """;

    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        new(InMemory, "apps/realtime-jobs", "the default: jobs in memory, 20 at once.") { Arguments = ["--store", "memory"], EveryCore = true },
        new(Sqlite, "apps/realtime-jobs", "one file, `synchronous=FULL`: the defaults of `UseSqlite`.") { Arguments = ["--store", "sqlite"], EveryCore = true },
        new(Postgres, "apps/realtime-jobs", "Debian's PostgreSQL with its own settings, on the same two cores: the defaults of `UsePostgres`.") { Arguments = ["--store", "postgres"], EveryCore = true, EndsItself = true, Needs = "/usr/lib/postgresql" },
        new("BullMQ", "peers/bullmq", "a producer and a worker process with 100 at once; Redis with an append-only file; finished jobs removed but 1,000.")
        {
            Program = ["node", "server.js"],
            Needs = "node_modules/bullmq",
            EveryCore = true,
        },
        new("Celery", "peers/celery", "enqueued by a process per core (faster than 64 threads of one), two worker children that fetch 128 at once, results in Redis with an append-only file; Debian's packages.")
        {
            Program = ["/usr/bin/python3", "server.py"],
            Needs = "/usr/lib/python3/dist-packages/celery",
            EveryCore = true,
        },
    ];

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new("enqueue", "enqueued/s"),
        new("run", "run and recorded/s"),
        new("through", "through/s"),
        new("p50", "start p50 (ms)", 2),
        new("p99", "start p99 (ms)", 2),
        new("memory", "peak memory (MB)"),
    ];

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Server server, Bench bench)
    {
        using var http = Ask(server);
        var size = Sizes[server.Contender.Name] / (bench.Quick ? 20 : 1);
        // Once in small, so that everything is compiled and connected.
        for (var spent = 0.0; spent < bench.WarmUp / 3;)
        {
            spent += 0.5;
            foreach (var question in (string[])[$"enqueue?jobs={size / 10}&producers={Producers}", $"run?jobs={size / 10}", $"through?jobs={size / 10}&producers={Producers}"])
            {
                spent += await SecondsAsync(http, question, bench);
            }
        }
        using var quiet = await bench.QuietAsync();
        var enqueue = size / await SecondsAsync(http, $"enqueue?jobs={size}&producers={Producers}", bench);
        var run = size / await SecondsAsync(http, $"run?jobs={size}", bench);
        var through = size / await SecondsAsync(http, $"through?jobs={size}&producers={Producers}", bench);
        var latency = await http.GetFromJsonAsync<Latency>($"latency?rate={SteadyRate}&seconds={Math.Max(2, (int)bench.Seconds)}", bench.Stopping);
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["enqueue"] = enqueue,
            ["run"] = run,
            ["through"] = through,
            ["p50"] = latency!.P50,
            ["p99"] = latency.P99,
            ["memory"] = ProcessUse.Of(server.ProcessId).Peak,
        };
    }

    public override string Describe(IReadOnlyDictionary<string, double> values) => string.Create(
        CultureInfo.InvariantCulture,
        $"{values["enqueue"],9:N0} enqueued/s   {values["run"],9:N0} run/s   {values["through"],9:N0} through/s   start p50 {values["p50"]:N2} ms");

    public override IEnumerable<Goal> Goals(GroupResult result)
    {
        foreach (var (name, key, wanted, what) in ((string, string, double, string)[])[
            (InMemory, "through", 500_000, "through a second in memory"),
            (Sqlite, "enqueue", 50_000, "acknowledged enqueues a second in SQLite"),
            (Sqlite, "run", 30_000, "run and recorded a second in SQLite"),
            (Postgres, "run", 15_000, "run and recorded a second in PostgreSQL")])
        {
            if (Has(name))
            {
                var found = result[name, key].Median;
                yield return new Goal(string.Create(CultureInfo.InvariantCulture, $"at least {wanted:N0} {what}."), found >= wanted, string.Create(CultureInfo.InvariantCulture, $"{found:N0}."));
            }
        }
        foreach (var (name, wanted) in ((string, double)[])[(InMemory, 1), (Sqlite, 3), (Postgres, 5)])
        {
            if (Has(name))
            {
                var found = result[name, "p50"].Median;
                yield return new Goal(string.Create(CultureInfo.InvariantCulture, $"{name}: half of the jobs start within {wanted} ms."), found <= wanted, string.Create(CultureInfo.InvariantCulture, $"{found:N2} ms."));
            }
        }

        bool Has(string name) => result.Contenders.Any(contender => contender.Name == name);
    }

    /// <summary>What a job costs with a million others in the store.</summary>
    public override async Task<Appendix?> ExploreAsync(GroupRunner runner)
    {
        var million = runner.Quick ? 50_000 : 1_000_000;
        var found = new List<(string Name, int Jobs, double Few, double Many, double Kept, double Resident)>();
        foreach (var contender in runner.Present(Contenders).Where(static contender => contender.Folder.StartsWith("apps/", StringComparison.Ordinal)))
        {
            await runner.MeasureAsync(contender, async (server, bench) =>
            {
                using var http = Ask(server);
                using var quiet = await bench.QuietAsync();
                // So many that starting the workers does not count.
                var jobs = Sizes[contender.Name] / (runner.Quick ? 40 : 4);
                await SecondsAsync(http, $"flat?jobs={jobs}&queued=0&finished=0", bench);
                var few = await TookAsync(http, $"flat?jobs={jobs}&queued=10000&finished=0", bench);
                var many = await TookAsync(http, $"flat?jobs={jobs}&queued={million}&finished=0", bench);
                var kept = contender.Name == InMemory ? null : await TookAsync(http, $"flat?jobs={jobs}&queued=10000&finished={million}", bench);
                found.Add((contender.Name, jobs, few.Seconds, many.Seconds, kept?.Seconds ?? double.NaN, many.Resident));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {contender.Name,-22} {jobs / few.Seconds:N0}/s, with {million:N0} queued {jobs / many.Seconds:N0}/s, with {million:N0} kept {jobs / kept?.Seconds:N0}/s; {many.Resident:N0} MB"));
                return true;
            });
        }
        var text = new StringBuilder("## With a million others\n\n");
        text.Append(CultureInfo.InvariantCulture, $"How fast jobs are run and recorded beside 10,000 and {million:N0} others that wait behind them, and with {million:N0} finished ones kept (memory keeps 10,000); and what the process holds while they wait.\n\n");
        text.Append("| | run/s | with many queued | with many kept | cost, queued | cost, kept | resident (MB) |\n|---|---:|---:|---:|---:|---:|---:|\n");
        foreach (var (name, jobs, few, many, kept, resident) in found)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {jobs / few:N0} | {jobs / many:N0} | {Number(jobs / kept, "N0")} | {many / few:0.00} | {Number(kept / few, "0.00")} | {resident:N0} |\n");
        }
        text.Append('\n').Append(ReportWriter.Goals(found.Select(static each => new Goal(
            $"{each.Name}: a job costs at most 1.3 times as much with a million others.",
            each.Many / each.Few <= 1.3 && !(each.Kept / each.Few > 1.3),
            string.Create(CultureInfo.InvariantCulture, $"{each.Many / each.Few:0.00} queued, {Number(each.Kept / each.Few, "0.00")} kept.")))));
        return new Appendix(text.ToString(), found.Select(static each => new { each.Name, each.Jobs, each.Few, each.Many, each.Kept, each.Resident }));

        static string Number(double value, string format) => double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);
    }

    private static HttpClient Ask(Server server) => new() { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}"), Timeout = TimeSpan.FromMinutes(15) };

    private static async Task<double> SecondsAsync(HttpClient http, string question, Bench bench) => (await TookAsync(http, question, bench)).Seconds;

    private static async Task<Took> TookAsync(HttpClient http, string question, Bench bench) =>
        await http.GetFromJsonAsync<Took>(question, bench.Stopping) ?? throw new InvalidOperationException($"No answer to {question}.");

    private sealed record Took(double Seconds, double Resident);

    private sealed record Latency(double P50, double P99);
}
