using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;
using Realtime.LoadClient.Measuring;

namespace Realtime.Benchmarks.Groups;

/// <summary>One GET route under <c>wrk</c>: requests per second and their latency.</summary>
internal abstract partial class HttpGroup : Group
{
    private const int Connections = 64;

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new("requests/s", "requests/s") { Compared = true },
        new("requests/CPU s", "requests per second of server CPU") { Compared = true },
        new("p50", "p50 (ms)", 2),
        new("p99", "p99 (ms)", 2),
        new("cpu", "server CPU (%)"),
        new("others", "others on its core (%)"),
        new("memory", "peak memory (MB)"),
        new("errors", "errors"),
    ];

    protected abstract string Path { get; }

    protected abstract string Body { get; }

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Server server, Bench bench)
    {
        var url = $"http://127.0.0.1:{server.Port}{Path}";
        await CheckAsync(server.Contender, url, bench.Stopping);
        await WrkAsync(bench, url, bench.WarmUp);
        using var quiet = await bench.QuietAsync();
        var (before, busyBefore) = (ProcessUse.Of(server.ProcessId), CoreUse.Busy(bench.ServerCore));
        var printed = await WrkAsync(bench, url, bench.Seconds);
        var (after, busyAfter) = (ProcessUse.Of(server.ProcessId), CoreUse.Busy(bench.ServerCore));
        await CheckAsync(server.Contender, url, bench.Stopping);
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["requests/s"] = Number(printed, RequestsPerSecond()),
            ["requests/CPU s"] = Number(printed, RequestsPerSecond()) * bench.Seconds / (after.Cpu - before.Cpu),
            ["p50"] = Latency(printed, "50%"),
            ["p99"] = Latency(printed, "99%"),
            ["cpu"] = 100 * (after.Cpu - before.Cpu) / bench.Seconds,
            ["others"] = Math.Max(0, 100 * (busyAfter - busyBefore - after.Cpu + before.Cpu) / bench.Seconds),
            ["memory"] = after.Peak,
            ["errors"] = FaultCounts().Matches(printed).Sum(static match => match.Groups.Values.Skip(1).Sum(static count => Parse(count.Value))),
        };
    }

    public override string Describe(IReadOnlyDictionary<string, double> values) =>
        string.Create(CultureInfo.InvariantCulture, $"{values["requests/s"],10:N0} requests/s   p99 {values["p99"],6:N2} ms   {values["errors"]:N0} errors");

    private static async Task<string> WrkAsync(Bench bench, string url, double seconds) => await bench.RunLoadAsync(
        seconds + 20, "wrk", "-t1", $"-c{Connections}", $"-d{Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture)}s", "--latency", url);

    private async Task CheckAsync(Contender contender, string url, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var response = await client.GetAsync(new Uri(url), cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK || body != Body)
        {
            throw new InvalidOperationException($"{contender.Name} answered {(int)response.StatusCode} '{body}' instead of 200 '{Body}'.");
        }
    }

    private static double Latency(string printed, string percentile)
    {
        var match = Regex.Match(printed, $@"^\s+{percentile}\s+([\d.]+)(us|ms|s)\s*$", RegexOptions.Multiline | RegexOptions.NonBacktracking);
        return Parse(match.Groups[1].Value) * match.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1_000 };
    }

    private static double Number(string printed, Regex pattern) => Parse(pattern.Match(printed).Groups[1].Value);

    private static double Parse(string text) => text.Length == 0 ? 0 : double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RequestsPerSecond();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)|Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex FaultCounts();
}
