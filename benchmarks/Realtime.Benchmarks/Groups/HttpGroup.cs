using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;
using Realtime.LoadClient.Measuring;

namespace Realtime.Benchmarks.Groups;

/// <summary>One route under <c>wrk</c>: requests per second, their latency, and what each allocates.</summary>
internal sealed partial class HttpGroup(HttpRoute route) : Group
{
    private const int Connections = 64;
    private const string Ours = "Realtime";
    private const string Thousand = "Realtime, 1,000 routes";
    private const string MinimalApi = "minimal APIs";

    public override string Name => $"http-{route.Name}";

    public override string Title => route.Title;

    public override string About => $"""
        `{(route.Posted is null ? "GET" : "POST")} {route.Path}`{(route.Posted is null ? "" : $" with `{route.Posted}`, read into a type whose `title` is required and of at most 80 characters,")}
        answers `{route.Expected}`: `wrk`, one thread, 64 connections with keep-alive, no pipelining. Before and behind each measurement the
        status and the body are checked. `wrk` sends a connection's next request when it has the last one's response, so its latencies leave
        out what a busy server keeps from being sent: read them beside the requests per second, not instead. Allocated: what the server says that it has allocated
        meanwhile, per request.
        """;

    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        new(Ours, "apps/realtime-http", "`new App()` and its routes, nothing else set."),
        new(MinimalApi, "peers/minimal-api", "ASP.NET Core minimal APIs on the slim builder, log providers cleared, as its docs say for production; its own validation (`AddValidation`)."),
        .. route.AmongThousand ? (Contender[])[new(Thousand, "apps/realtime-http", "the same behind a thousand other routes.") { Arguments = ["--routes", "1000"] }] : [],
        .. route.Name == "plaintext" ? (Contender[])[new("Kestrel, raw", "peers/kestrel-raw", "a hand-written `IHttpApplication` over Kestrel's features and the platform's sockets: the ceiling for anything on them.")] : [],
        new("Fastify", "peers/fastify", "Fastify on Node, with a schema for what it reads and writes, as its docs recommend.") { Program = ["node", "server.js"], Needs = "node_modules/fastify", WarmUpShare = 0.3 },
        new("Starlette", "peers/fastapi", "on uvicorn with uvloop and httptools, one worker for the one core; Debian's packages.") { Program = ["bash", "serve.sh"], Arguments = ["starlette"], Needs = "/usr/lib/python3/dist-packages/starlette", WarmUpShare = 0.1 },
        new("FastAPI", "peers/fastapi", "the same server; pydantic validates.") { Program = ["bash", "serve.sh"], Arguments = ["fastapi"], Needs = "/usr/lib/python3/dist-packages/fastapi", WarmUpShare = 0.1 },
        new("Flask", "peers/flask", "on gunicorn with three workers, which is what its docs say for one core; a worker of this kind closes each connection behind its response.") { Program = ["bash", "serve.sh"], Needs = "/usr/lib/python3/dist-packages/flask", WarmUpShare = 0.1 },
    ];

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new("requests/s", "requests/s") { Compared = true },
        new("requests/CPU s", "requests per second of server CPU") { Compared = true },
        new("p50", "p50 (ms)", 2),
        new("p99", "p99 (ms)", 2),
        new("allocated", "allocated (bytes/request)"),
        new("cpu", "server CPU (%)"),
        new("others", "others on its core (%)"),
        new("memory", "peak memory (MB)"),
        new("errors", "errors"),
    ];

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Server server, Bench bench)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}"), Timeout = TimeSpan.FromSeconds(10) };
        await CheckAsync(server.Contender, client, bench.Stopping);
        await WrkAsync(bench, client.BaseAddress, Math.Max(1, bench.WarmUp * server.Contender.WarmUpShare));
        using var quiet = await bench.QuietAsync();
        var allocatedBefore = await AllocatedAsync(client, bench.Stopping);
        var (before, busyBefore) = (ProcessUse.OfTree(server.ProcessId), CoreUse.Busy(bench.ServerCore));
        var printed = await WrkAsync(bench, client.BaseAddress, bench.Seconds);
        var (after, busyAfter) = (ProcessUse.OfTree(server.ProcessId), CoreUse.Busy(bench.ServerCore));
        var allocatedAfter = await AllocatedAsync(client, bench.Stopping);
        await CheckAsync(server.Contender, client, bench.Stopping);
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["requests/s"] = Number(printed, RequestsPerSecond()),
            ["requests/CPU s"] = Number(printed, RequestsPerSecond()) * bench.Seconds / (after.Cpu - before.Cpu),
            ["p50"] = Latency(printed, "50%"),
            ["p99"] = Latency(printed, "99%"),
            ["allocated"] = (allocatedAfter - allocatedBefore) / Number(printed, Requests()),
            ["cpu"] = 100 * (after.Cpu - before.Cpu) / bench.Seconds,
            ["others"] = Math.Max(0, 100 * (busyAfter - busyBefore - after.Cpu + before.Cpu) / bench.Seconds),
            ["memory"] = after.Peak,
            ["errors"] = FaultCounts().Matches(printed).Sum(static match => match.Groups.Values.Skip(1).Sum(static count => Parse(count.Value))),
        };
    }

    public override string Describe(IReadOnlyDictionary<string, double> values) =>
        string.Create(CultureInfo.InvariantCulture, $"{values["requests/s"],10:N0} requests/s   p99 {values["p99"],6:N2} ms   {values["errors"]:N0} errors");

    public override IEnumerable<Goal> Goals(GroupResult result)
    {
        // By processor time too: where something else ran on the server's core, requests per second alone compare luck.
        var ratio = result.Ratio(Ours, MinimalApi, "requests/s");
        var byCpu = result.Ratio(Ours, MinimalApi, "requests/CPU s");
        yield return new Goal(
            $"at least {route.Wanted.ToString(CultureInfo.InvariantCulture)} times the requests per second of {MinimalApi} in the same run.",
            ratio.Median >= route.Wanted && byCpu.Median >= route.Wanted,
            string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00} times ({ratio.Min:0.00} – {ratio.Max:0.00}); {byCpu.Median:0.00} times ({byCpu.Min:0.00} – {byCpu.Max:0.00}) per second of server CPU."));
        yield return NoMore("p99", "p99", "ms", 2);
        yield return NoMore("allocated", "bytes allocated per request", "bytes", 0);
        if (route.AmongThousand)
        {
            var cost = result.Ratio(Ours, Thousand, "requests/CPU s");
            yield return new Goal(
                "among 1,000 routes a request costs at most 1.2 times as much as among a few.",
                cost.Median <= 1.2,
                string.Create(CultureInfo.InvariantCulture, $"{cost.Median:0.00} times ({cost.Min:0.00} – {cost.Max:0.00})."));
        }

        Goal NoMore(string key, string what, string unit, int digits)
        {
            var (ours, theirs) = (result[Ours, key].Median, result[MinimalApi, key].Median);
            return new Goal($"{what} no worse than {MinimalApi}'.", ours <= theirs, $"{Round(ours)} {unit} and {Round(theirs)} {unit}.");

            string Round(double value) => value.ToString($"N{digits}", CultureInfo.InvariantCulture);
        }
    }

    private async Task<string> WrkAsync(Bench bench, Uri server, double seconds)
    {
        string[] script = route.Posted is null ? [] : ["-s", Path.Combine(bench.Folder, "post.lua")];
        return await bench.RunLoadAsync(
            seconds + 20, "wrk", ["-t1", $"-c{Connections}", $"-d{Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture)}s", "--latency", .. script, new Uri(server, route.Path).AbsoluteUri, .. route.Posted is { } posted ? (string[])["--", posted] : []]);
    }

    private async Task CheckAsync(Contender contender, HttpClient client, CancellationToken cancellationToken)
    {
        var (status, body) = await AskAsync(client, route.Posted, cancellationToken);
        var right = route.Expected.StartsWith('{')
            ? JsonNode.DeepEquals(JsonNode.Parse(body), JsonNode.Parse(route.Expected))
            : body == route.Expected;
        if (status != 200 || !right)
        {
            throw new InvalidOperationException($"{contender.Name} answered {status} '{body}' instead of 200 '{route.Expected}'.");
        }
        if (route.Refused is not null && await AskAsync(client, route.Refused, cancellationToken) is { Status: not (400 or 422) and var taken })
        {
            throw new InvalidOperationException($"{contender.Name} answered {taken} to '{route.Refused}', which it should have refused.");
        }
    }

    private async Task<(int Status, string Body)> AskAsync(HttpClient client, string? posted, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(posted is null ? HttpMethod.Get : HttpMethod.Post, route.Path);
        request.Content = posted is null ? null : new StringContent(posted, Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, cancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>What a server on .NET has allocated so far, in bytes; NaN of others.</summary>
    private static async Task<double> AllocatedAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(new Uri("/allocated", UriKind.Relative), cancellationToken);
        return response.IsSuccessStatusCode ? Parse(await response.Content.ReadAsStringAsync(cancellationToken)) : double.NaN;
    }

    private static double Latency(string printed, string percentile)
    {
        var match = Regex.Match(printed, $@"^\s+{percentile}\s+([\d.]+)(us|ms|s)\s*$", RegexOptions.Multiline | RegexOptions.NonBacktracking);
        return Parse(match.Groups[1].Value) * match.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1_000 };
    }

    private static double Number(string printed, Regex pattern) => Parse(pattern.Match(printed).Groups[1].Value);

    private static double Parse(string text) => text.Length == 0 ? 0 : double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) requests in ")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RequestsPerSecond();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)|Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex FaultCounts();
}
