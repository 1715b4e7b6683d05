using System.Globalization;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;

namespace Realtime.Benchmarks.Groups;

/// <summary>The smallest response there is: what a framework costs per request.</summary>
internal sealed class PlaintextGroup : HttpGroup
{
    private const string Ours = "Realtime";
    private const string MinimalApi = "minimal APIs";
    private const double Wanted = 1.15;

    public override string Name => "plaintext";

    public override string Title => "A plaintext route";

    public override string About => """
        `GET /plaintext` answers `Hello, World!`: `wrk`, one thread, 64 connections with keep-alive, no pipelining. Before and behind each measurement the
        status and the body are checked. `wrk` sends a connection's next request when it has the last one's response, so its latencies leave
        out what a busy server keeps from being sent: read them beside the requests per second, not instead.
        """;

    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        new(Ours, "apps/realtime-http", "`app.Get(\"/plaintext\", () => \"Hello, World!\")`, nothing else set."),
        new("Kestrel, raw", "peers/kestrel-raw", "a hand-written `IHttpApplication` over Kestrel's features and the platform's sockets: the ceiling for anything on them."),
        new(MinimalApi, "peers/minimal-api", "ASP.NET Core minimal APIs on the slim builder, log providers cleared, as its docs say for production."),
    ];

    protected override string Path => "/plaintext";

    protected override string Body => "Hello, World!";

    public override IEnumerable<Goal> Goals(GroupResult result)
    {
        // By processor time too: where something else ran on the server's core, requests per second alone compare luck.
        var ratio = result.Ratio(Ours, MinimalApi, "requests/s");
        var byCpu = result.Ratio(Ours, MinimalApi, "requests/CPU s");
        yield return new Goal(
            $"at least {Wanted.ToString(CultureInfo.InvariantCulture)} times the requests per second of {MinimalApi} in the same run.",
            ratio.Median >= Wanted && byCpu.Median >= Wanted,
            string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00} times ({ratio.Min:0.00} – {ratio.Max:0.00}); {byCpu.Median:0.00} times ({byCpu.Min:0.00} – {byCpu.Max:0.00}) per second of server CPU."));
    }
}
