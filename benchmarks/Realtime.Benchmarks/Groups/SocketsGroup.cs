using System.Globalization;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;
using Realtime.LoadClient.Reporting;

namespace Realtime.Benchmarks.Groups;

/// <summary>1,000 receivers of 128 bytes, round trips, and what an idle connection costs: ours beside those that people use.</summary>
internal sealed class SocketsGroup : Group
{
    public const int Receivers = 1_000;
    private const int EchoConnections = 64;
    private const int SteadyRate = 100;
    private const double Wanted = 1.2;
    private const string Ours = "Realtime";
    private const string SignalR = "SignalR";
    private static readonly Speech BareSocket = new("plain", "/realtime", "publish", null, "/echo");

    public override string Name => "sockets";

    public override string Title => "Sockets: fan-out, round trips, idle connections";

    public override string About => """
        One connection publishes 128-byte texts to a topic (a group, a room) of 1,000 connections. samples/LoadClient receives on all of them and checks every delivery: each
        message once, in order, every byte of it as it was sent. A latency counts from the time at which its message was due to be sent, so a server that stalls the
        publisher is charged for the stall (no coordinated omission). Here 100 messages a second: 100,000 deliveries. Round trips: 64 connections, each with one message on
        its way; to a handler that answers (an event with a reply, a hub's method, an acknowledgement), and over a bare socket where there is one.
        """;

    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        new(Ours, "apps/realtime-sockets", "a topic without history whose `publish` event publishes to everyone; JSON; the rate limits of a client raised, nothing else.")
        {
            Speech = new Speech("json", "/realtime", "publish", "echo", "/echo"),
        },
        new(SignalR, "peers/signalr", "a hub whose `Publish` sends to a group; JSON protocol, WebSockets without negotiation, log providers cleared.")
        {
            Speech = new Speech("signalr", "/hub", "Publish", "Echo", null),
        },
        new("Node ws", "peers/ws", "ws, a loop over its clients as in its README, with the README's heartbeat; no compression.")
        {
            Program = ["node", "server.js"],
            Needs = "node_modules/ws",
            Speech = BareSocket,
        },
        new("Socket.IO", "peers/socketio", "rooms, WebSockets only, the first HTTP request of a connection dropped as its page on memory says; heartbeats as by default.")
        {
            Program = ["node", "server.js"],
            Needs = "node_modules/socket.io",
            Speech = new Speech("socketio", "/socket.io/?EIO=4&transport=websocket", "publish", "echo", null),
        },
        new("Starlette", "peers/starlette", "a set of sockets and a loop, on uvicorn with uvloop, httptools and websockets: Debian's packages.")
        {
            Program = ["bash", "serve.sh"],
            Needs = "/usr/lib/python3/dist-packages/starlette",
            Speech = BareSocket,
        },
    ];

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new("p50", "p50 (ms)", 1),
        new("p99", "p99 (ms)", 1) { Compared = true },
        new("max", "max (ms)", 1),
        new("faults", "faults"),
        new("cpu", "server CPU (%)"),
        new("echo", "answered round trips/s") { Compared = true },
        new("plain echo", "bare socket's round trips/s"),
        new("others", "others on its core (%)"),
        new("memory", "peak memory (MB)"),
        new("load", "load's CPU (%)"),
    ];

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Server server, Bench bench)
    {
        await WarmUpAsync(server, bench);
        using var quiet = await bench.QuietAsync();
        var fanOut = await FanOutAsync(server, bench, SteadyRate, bench.Quick ? 1 : 2, bench.Seconds);
        var speech = server.Contender.Speech!;
        var plain = speech.PlainEcho is { } path ? await EchoAsync(server, bench, "plain", path, "say") : null;
        var answered = speech.Echo is { } handler ? await EchoAsync(server, bench, speech.Protocol, speech.Path, handler) : plain!;
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["p50"] = fanOut.Latency.P50,
            ["p99"] = fanOut.Latency.P99,
            ["max"] = fanOut.Latency.Max,
            ["faults"] = Faults(fanOut) + Faults(answered) + (plain is null ? 0 : Faults(plain)),
            ["cpu"] = 100 * fanOut.Server!.Cpu,
            ["echo"] = answered.PerSecond,
            ["plain echo"] = plain?.PerSecond ?? double.NaN,
            ["others"] = 100 * Math.Max(fanOut.Server.Others, answered.Server!.Others),
            ["memory"] = fanOut.Server.MemoryPeak,
            ["load"] = 100 * Math.Max(fanOut.Client.Cpu, answered.Client.Cpu),
        };
    }

    public override string Describe(IReadOnlyDictionary<string, double> values) => string.Create(
        CultureInfo.InvariantCulture,
        $"p99 {values["p99"],7:N1} ms at {SteadyRate * Receivers:N0}/s   {values["echo"],7:N0} round trips/s   {values["faults"]:N0} faults   server {values["cpu"]:0} %");

    public override IEnumerable<Goal> Goals(GroupResult result)
    {
        var peers = result.Contenders.Select(static contender => contender.Name).Where(static name => name != Ours).ToArray();
        yield return new Goal(
            "every delivery and every answer comes, once and in order.",
            result[Ours, "faults"].Max == 0,
            string.Create(CultureInfo.InvariantCulture, $"{result[Ours, "faults"].Max:N0} faults in the worst round."));
        var p99 = result[Ours, "p99"].Median;
        var best = peers.Length == 0 ? double.NaN : peers.Min(name => result[name, "p99"].Median);
        yield return new Goal(
            $"p99 at {SteadyRate * Receivers:N0} deliveries a second is no worse than any of them.",
            p99 <= best,
            string.Create(CultureInfo.InvariantCulture, $"{p99:N1} ms against {best:N1} ms, the best of the others."));
        if (peers.Contains(SignalR))
        {
            var ratio = result.Ratio(Ours, SignalR, "echo");
            yield return new Goal(
                $"at least {Wanted.ToString(CultureInfo.InvariantCulture)} times {SignalR}'s answered round trips.",
                ratio.Median >= Wanted,
                string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00} times ({ratio.Min:0.00} – {ratio.Max:0.00})."));
        }
    }

    /// <summary>The highest rate that each keeps up with, and the memory of idle connections.</summary>
    public override async Task<Appendix?> ExploreAsync(GroupRunner runner)
    {
        var climb = await new Climb(runner, this).RunAsync();
        var idle = await new IdleMemory(runner, this).RunAsync();
        return new Appendix($"{climb.Markdown}\n{idle.Markdown}", new { rates = climb.Raw, idle = idle.Raw });
    }

    /// <summary>Puts a rate of messages on a server for some seconds.</summary>
    public static Task<LoadReport> FanOutAsync(Server server, Bench bench, double rate, double settle, double seconds, double warmUp = 0, int receivers = Receivers) => LoadRun.RunAsync(
        server, bench, warmUp + settle + seconds, server.Contender.Speech!.Path,
        [.. Speak(server.Contender.Speech, server.Contender.Speech.Publish), "--connections", $"{receivers}", "--publishers", "1", "--rate", rate.ToString(CultureInfo.InvariantCulture),
            "--count", "90000000", "--warm-up", LoadRun.Seconds(warmUp), "--settle", LoadRun.Seconds(settle), "--duration", LoadRun.Seconds(seconds)]);

    /// <summary>What a load is told so that a contender understands it.</summary>
    public static IEnumerable<string> Speak(Speech speech, string name) => ["--protocol", speech.Protocol, "--event", name, "--topic", "ticks:{n}", "--join", ""];

    /// <summary>Everything about a run that should not be.</summary>
    public static long Faults(LoadReport report) => report.Messages.Faults + report.Errors.Values.Sum();

    /// <summary>At a rate that everybody keeps up with: a backlog of the warm-up must not reach into the measurement.</summary>
    public static Task<LoadReport> WarmUpAsync(Server server, Bench bench) => FanOutAsync(server, bench, SteadyRate / 2, 0, Math.Max(0.5, bench.WarmUp));

    private static Task<LoadReport> EchoAsync(Server server, Bench bench, string protocol, string path, string name) => LoadRun.RunAsync(
        server, bench, (bench.WarmUp / 3) + bench.Seconds, path,
        ["--scenario", "echo", "--protocol", protocol, "--event", name, "--topic", "ticks:{n}", "--join", "", "--connections", $"{EchoConnections}", "--rate", "0",
            "--count", "90000000", "--settle", LoadRun.Seconds(bench.WarmUp / 3), "--duration", LoadRun.Seconds(bench.Seconds)]);
}
