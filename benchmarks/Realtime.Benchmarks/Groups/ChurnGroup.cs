using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;
using Realtime.LoadClient.Measuring;
using Realtime.LoadClient.Reporting;

namespace Realtime.Benchmarks.Groups;

/// <summary>People who come and go for half an hour: what is left behind when they are gone.</summary>
internal sealed class ChurnGroup : Group
{
    private const string Ours = "Realtime";
    private const int Slices = 12;
    private const int Places = 64;

    // Beside noise: caches that fill once, and the runtime's own pages.
    private const double BearableHeap = 1;
    private const double BearableHandles = 8;

    private readonly List<Slice> _slices = [];

    public override string Name => "churn";

    public override string Title => "Churn: connect, join, talk, vanish";

    public override string About => """
        64 places; in each somebody connects, joins a room, says something, hears it and vanishes without a close frame, by turns with the end of the stream and with a reset;
        then the next one comes. In slices: between two of them everybody is gone, the server collects its garbage and says what it still holds. Every other slice uses rooms
        that stay (64 of them, with history and presence), the others rooms that nobody enters again. The counters of the server and of the load must agree.
        """;

    public override int? Rounds => 1;

    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        new(Ours, "apps/realtime-sockets", "rooms with presence whose join, leave and message handlers count; `/stats` collects and says what there is.") { Speech = new Speech("json", "/realtime", "publish", "echo", "/echo") },
    ];

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new("minutes", "minutes", 1),
        new("cycles", "came and went"),
        new("per second", "a second"),
        new("p99", "round trip p99 (ms)", 1),
        new("faults", "faults"),
        new("astray", "counted differently"),
        new("heap growth", "heap grew (MB)", 2),
        new("handle growth", "handles grew"),
        new("resident growth", "resident grew (MB)", 1),
    ];

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Server server, Bench bench)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}"), Timeout = TimeSpan.FromSeconds(60) };
        var seconds = bench.Minutes * 60 / Slices;
        _slices.Clear();
        for (var index = 0; index < Slices; index++)
        {
            var before = await StatsAsync(http, bench);
            LoadReport report;
            using (await bench.QuietAsync())
            {
                report = await LoadRun.RunAsync(server, bench, seconds, "/realtime", [
                    "--scenario", "churn", "--connections", $"{Places}", "--topics", $"{Places}", "--topic", index % 2 == 0 ? "churn:{n}" : $"brief:{index}-{{n}}",
                    "--event", "publish", "--rate", "0", "--count", "90000000", "--duration", LoadRun.Seconds(seconds)]);
            }
            var after = await SettleAsync(http, bench);
            var astray = Math.Abs(after.Joined - before.Joined - report.Connections.Opened) + Math.Abs(after.Left - after.Joined) + Math.Abs(after.Said - before.Said - report.Messages.Sent);
            _slices.Add(new Slice(index + 1, report.Messages.Received, report.PerSecond, report.Latency.P99, SocketsGroup.Faults(report), astray, after.Heap / 1e6, after.Handles, ProcessUse.Of(server.ProcessId).Resident));
            Console.WriteLine(Describe(_slices[^1]));
        }
        // The first slices fill caches; from then on nothing may grow.
        var (early, late) = (_slices.Skip(2).Take(3).ToArray(), _slices.TakeLast(3).ToArray());
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["minutes"] = bench.Minutes,
            ["cycles"] = _slices.Sum(static slice => slice.Cycles),
            ["per second"] = _slices.Average(static slice => slice.PerSecond),
            ["p99"] = _slices.Max(static slice => slice.P99),
            ["faults"] = _slices.Sum(static slice => slice.Faults),
            ["astray"] = _slices.Sum(static slice => slice.Astray),
            ["heap growth"] = Growth(static slice => slice.Heap),
            ["handle growth"] = Growth(static slice => slice.Handles),
            ["resident growth"] = Growth(static slice => slice.Resident),
        };

        double Growth(Func<Slice, double> value) => late.Min(value) - early.Min(value);
    }

    public override string Describe(IReadOnlyDictionary<string, double> values) => string.Create(
        CultureInfo.InvariantCulture,
        $"{values["cycles"]:N0} came and went in {values["minutes"]:0.#} minutes; heap {values["heap growth"]:+0.00;-0.00;0} MB, handles {values["handle growth"]:+0;-0;0}; {values["faults"]:N0} faults, {values["astray"]:N0} astray");

    public override IEnumerable<Goal> Goals(GroupResult result)
    {
        yield return new Goal(
            "nothing grows: not the heap after a collection, not the handles (last three slices against the third to fifth).",
            result[Ours, "heap growth"].Median <= BearableHeap && result[Ours, "handle growth"].Median <= BearableHandles,
            string.Create(CultureInfo.InvariantCulture, $"heap {result[Ours, "heap growth"].Median:+0.00;-0.00;0} MB, handles {result[Ours, "handle growth"].Median:+0;-0;0}."));
        yield return new Goal(
            "every counter adds up: joins, leaves, messages.",
            result[Ours, "astray"].Median == 0 && result[Ours, "faults"].Median == 0,
            string.Create(CultureInfo.InvariantCulture, $"{result[Ours, "astray"].Median:N0} counted differently, {result[Ours, "faults"].Median:N0} faults."));
    }

    public override Task<Appendix?> ExploreAsync(GroupRunner runner)
    {
        var text = new StringBuilder("## Slice by slice\n\n| | came and went | a second | p99 (ms) | faults | astray | heap (MB) | handles | resident (MB) |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var slice in _slices)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {slice.Number} | {slice.Cycles:N0} | {slice.PerSecond:N0} | {slice.P99:N1} | {slice.Faults:N0} | {slice.Astray:N0} | {slice.Heap:N2} | {slice.Handles:N0} | {slice.Resident:N1} |\n");
        }
        return Task.FromResult<Appendix?>(new Appendix(text.ToString(), _slices));
    }

    private static string Describe(Slice slice) => string.Create(
        CultureInfo.InvariantCulture,
        $"  slice {slice.Number,2}/{Slices}: {slice.PerSecond,6:N0} a second, heap {slice.Heap:N2} MB, {slice.Handles:N0} handles, {slice.Resident:N0} MB resident, {slice.Faults} faults, {slice.Astray} astray");

    /// <summary>Waits until the server has noticed that all are gone.</summary>
    private static async Task<Stats> SettleAsync(HttpClient http, Bench bench)
    {
        var stats = await StatsAsync(http, bench);
        for (var attempt = 0; attempt < 40 && stats.Left < stats.Joined; attempt++)
        {
            await Task.Delay(250, bench.Stopping);
            stats = await StatsAsync(http, bench);
        }
        return stats;
    }

    private static async Task<Stats> StatsAsync(HttpClient http, Bench bench) =>
        await http.GetFromJsonAsync<Stats>("/stats", bench.Stopping) ?? throw new InvalidOperationException("The server has no /stats.");

    private sealed record Stats(long Joined, long Left, long Said, long Heap, long Handles);

    private sealed record Slice(int Number, long Cycles, double PerSecond, double P99, long Faults, long Astray, double Heap, double Handles, double Resident);
}
