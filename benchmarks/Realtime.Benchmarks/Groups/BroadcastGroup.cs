using System.Globalization;
using System.Text;
using System.Text.Json;
using Realtime.Benchmarks.Load;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;

namespace Realtime.Benchmarks.Groups;

/// <summary>One publisher, 1,000 receivers: what each delivery costs, and when it arrives.</summary>
internal sealed class BroadcastGroup : Group
{
    private const string Ours = "Realtime";
    private const string SignalR = "SignalR";
    private const int Receivers = 1_000;
    private const int Rate = 800;
    private const double Bearable = 100;
    private static readonly int[] Ladder = [50, 100, 200, 400, 800, 1_200, 1_600, 2_400, 3_200, 4_800, 6_400];

    private static readonly Contender Loop = new("a loop of SendAsync", "peers/websocket-loop", "ASP.NET Core WebSockets and a loop that sends to each in turn: what one writes without a framework; in the table of rates only.")
    {
        Dialect = "realtime",
    };

    public override string Name => "broadcast";

    public override string Title => "A broadcast to 1,000 receivers";

    public override string About => """
        One connection publishes 128-byte texts, 800 a second, to a topic (a group) of 1,000 connections: 800,000 deliveries a second. The load checks on
        every receiver that every message arrives, once and in order. A message carries the time at which it was due to be sent and its latency
        counts from there to its arrival, so a server that stalls the publisher is charged for the stall (no coordinated omission).
        """;

    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        new(Ours, "apps/realtime-topic", "a topic without history whose `publish` event publishes to everyone; JSON.") { Dialect = "realtime" },
        new(SignalR, "peers/signalr", "a hub whose `Publish` sends to a group; JSON protocol, WebSockets without negotiation, log providers cleared.") { Dialect = "signalr" },
    ];

    public override IReadOnlyList<Contender> Others => [Loop];

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new("deliveries/s", "deliveries/s"),
        new("p50", "p50 (ms)", 1),
        new("p99", "p99 (ms)", 1) { Compared = true },
        new("p99.9", "p99.9 (ms)", 1),
        new("max", "max (ms)", 1),
        new("faults", "missing, doubled, out of order"),
        new("cpu", "server CPU (%)"),
        new("others", "others on its core (%)"),
        new("memory", "peak memory (MB)"),
        new("load", "load's CPU (%)"),
    ];

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Server server, Bench bench)
    {
        await WarmUpAsync(server, bench);
        using var quiet = await bench.QuietAsync();
        return Values(await LoadAsync(server, bench, Rate, 1, bench.Quick ? 1 : 3, bench.Seconds));
    }

    public override string Describe(IReadOnlyDictionary<string, double> values) => string.Create(
        CultureInfo.InvariantCulture,
        $"{values["deliveries/s"],10:N0} deliveries/s   p50 {values["p50"],7:N1} ms   p99 {values["p99"],7:N1} ms   {values["faults"]:N0} faults   server {values["cpu"]:0} %   load {values["load"]:0} %");

    public override IEnumerable<Goal> Goals(GroupResult result)
    {
        var (ours, theirs) = (result[Ours, "p99"].Median, result[SignalR, "p99"].Median);
        yield return new Goal(
            $"at {Rate} messages a second every delivery arrives, once and in order.",
            result[Ours, "faults"].Max == 0,
            string.Create(CultureInfo.InvariantCulture, $"{result[Ours, "faults"].Max:N0} faults in the worst round."));
        yield return new Goal(
            $"p99 stays under {SignalR}'s in the same run.",
            ours < theirs,
            string.Create(CultureInfo.InvariantCulture, $"{ours:N1} ms against {theirs:N1} ms."));
    }

    /// <summary>Climbs a ladder of rates, contenders in turn on each rung, until none keeps up.</summary>
    public override async Task<Appendix?> ExploreAsync(GroupRunner runner)
    {
        var runs = new List<(string Contender, int Rate, BroadcastResult Result)>();
        // One process for each, warmed up once: the idle ones cost nothing while another is measured.
        var climbers = new List<Server>();
        try
        {
            foreach (var contender in Contenders.Concat(Others))
            {
                climbers.Add(await runner.StartAsync(contender));
                await runner.MeasureAsync(climbers[^1], WarmUpAsync);
            }
            foreach (var rate in runner.Quick ? Ladder[1..3] : Ladder)
            {
                foreach (var climber in climbers.ToArray())
                {
                    var result = await ClimbAsync(runner, climber, rate);
                    runs.Add((climber.Contender.Name, rate, result));
                    Console.WriteLine($"  {rate,5}/s {climber.Contender.Name,-24} {Describe(Values(result))}");
                    if (!KeepsUp(result))
                    {
                        climbers.Remove(climber);
                        await climber.DisposeAsync();
                    }
                }
            }
        }
        finally
        {
            foreach (var climber in climbers)
            {
                await climber.DisposeAsync();
            }
        }
        return new Appendix(LadderTable(runs), runs.Select(static run => new { run.Contender, run.Rate, run.Result }));
    }

    private static async Task<BroadcastResult> ClimbAsync(GroupRunner runner, Server climber, int rate)
    {
        var result = await Once();
        // A second chance: on a busy machine one bad second decides a rung.
        return KeepsUp(result) ? result : await Once() is var again && KeepsUp(again) ? again : result;

        Task<BroadcastResult> Once() => runner.MeasureAsync(climber, async (server, bench) =>
        {
            using var quiet = await bench.QuietAsync();
            return await LoadAsync(server, bench, rate, 1, 2, bench.Quick ? 2 : 4);
        });
    }

    // At a rate that every contender keeps up with: a backlog of the warm-up must not reach into the measurement.
    private static Task<BroadcastResult> WarmUpAsync(Server server, Bench bench) => LoadAsync(server, bench, Rate / 2, bench.WarmUp, 1, 1);

    private static bool KeepsUp(BroadcastResult result) => result.IsWhole && result.P99 < Bearable;

    private static string LadderTable(List<(string Contender, int Rate, BroadcastResult Result)> runs)
    {
        var names = runs.Select(static run => run.Contender).Distinct(StringComparer.Ordinal).ToArray();
        var text = new StringBuilder("## How far each one gets\n\n");
        text.Append($"p99 in ms at growing rates, {Receivers:N0} receivers; a contender leaves at the first rate (tried twice) where its p99 is over {Bearable:0} ms, or a\ndelivery is missing. `*`: the load's core was over 90 % busy, so the load may have been the limit.\n\n");
        text.Append($"| messages/s | deliveries/s | {string.Join(" | ", names)} |\n|---:|---:|{string.Concat(names.Select(static _ => "---:|"))}\n");
        foreach (var rung in runs.GroupBy(static run => run.Rate))
        {
            var cells = names.Select(name => rung.Where(run => run.Contender == name).Select(static run => Cell(run.Result)).FirstOrDefault(""));
            text.Append(CultureInfo.InvariantCulture, $"| {rung.Key:N0} | {rung.Key * Receivers:N0} | {string.Join(" | ", cells)} |\n");
        }
        foreach (var name in names)
        {
            var highest = runs.Where(run => run.Contender == name && KeepsUp(run.Result)).Select(static run => run.Rate).DefaultIfEmpty().Max();
            text.Append(CultureInfo.InvariantCulture, $"\nHighest rate kept up by {name}: {(highest == 0 ? "none of these" : $"{highest:N0} messages/s")}.");
        }
        return text.Append('\n').ToString();
    }

    private static string Cell(BroadcastResult result)
    {
        var busy = result.LoadCpu > 0.9 ? " *" : "";
        var faults = result.IsWhole ? "" : string.Create(CultureInfo.InvariantCulture, $", {Faults(result):N0} faults");
        return string.Create(CultureInfo.InvariantCulture, $"{result.P99:N1}{faults}{busy}");
    }

    private static Dictionary<string, double> Values(BroadcastResult result) => new(StringComparer.Ordinal)
    {
        ["deliveries/s"] = result.DeliveriesPerSecond,
        ["p50"] = result.P50,
        ["p90"] = result.P90,
        ["p99"] = result.P99,
        ["p99.9"] = result.P999,
        ["max"] = result.Max,
        ["faults"] = Faults(result),
        ["cpu"] = 100 * result.ServerCpu,
        ["others"] = 100 * result.Others,
        ["memory"] = result.ServerMemory,
        ["load"] = 100 * result.LoadCpu,
    };

    private static long Faults(BroadcastResult result) => result.Missing + result.Doubled + result.OutOfOrder + result.Damaged + result.Closed.Values.Sum();

    /// <summary>Runs the load against a server.</summary>
    public static async Task<BroadcastResult> LoadAsync(Server server, Bench bench, int rate, double warmUp, double settle, double seconds, int receivers = Receivers)
    {
        var printed = await bench.RunLoadAsync(
            warmUp + settle + seconds + 60, "dotnet", typeof(BroadcastGroup).Assembly.Location, "load", "broadcast",
            "--port", $"{server.Port}", "--dialect", server.Contender.Dialect!, "--receivers", $"{receivers}", "--rate", $"{rate}",
            "--warmUp", warmUp.ToString(CultureInfo.InvariantCulture), "--settle", settle.ToString(CultureInfo.InvariantCulture), "--seconds", seconds.ToString(CultureInfo.InvariantCulture),
            "--serverProcess", $"{server.ProcessId}", "--serverCore", $"{bench.ServerCore}");
        return JsonSerializer.Deserialize<BroadcastResult>(printed, JsonSerializerOptions.Web)!;
    }
}
