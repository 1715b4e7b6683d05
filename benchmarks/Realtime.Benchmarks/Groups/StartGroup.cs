using System.Globalization;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;
using Realtime.LoadClient.Measuring;

namespace Realtime.Benchmarks.Groups;

/// <summary>How long a program takes from its start to its first response.</summary>
internal sealed class StartGroup : Group
{
    private const string Ours = "Realtime";
    private const string MinimalApi = "minimal APIs";
    private const int Starts = 15;

    public override string Name => "http-start";

    public override string Title => "From the start to the first response";

    public override string About => string.Create(CultureInfo.InvariantCulture, $"""
        `dotnet hello.dll` on one core: from the start of the process until the first response (`GET /hello/Ada`) has been read, the median of {Starts} starts in each round. `hello` is
        samples/scripts/hello.cs, and the same three routes in minimal APIs; Release builds, as `dotnet publish` makes them.
        """);

    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        new(Ours, "apps/realtime-hello", "samples/scripts/hello.cs."),
        new(MinimalApi, "peers/minimal-hello", "ASP.NET Core minimal APIs on the slim builder."),
    ];

    public override IReadOnlyList<Metric> Metrics { get; } =
    [
        new("first", "first response (ms)") { Compared = true },
        new("cpu", "processor time until then (ms)") { Compared = true },
        new("memory", "memory then (MB)"),
    ];

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Server server, Bench bench)
    {
        using var quiet = await bench.QuietAsync();
        var (first, cpu, memory) = (new List<double>(), new List<double>(), new List<double>());
        for (var start = 0; start < (bench.Quick ? 3 : Starts); start++)
        {
            await using var fresh = await Server.StartAsync(server.Contender, bench);
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{fresh.Port}"), Timeout = TimeSpan.FromSeconds(10) };
            var answer = await client.GetStringAsync(new Uri("/hello/Ada", UriKind.Relative), bench.Stopping);
            first.Add(fresh.SinceStart.TotalMilliseconds);
            if (answer != "Hello, Ada!")
            {
                throw new InvalidOperationException($"{server.Contender.Name} answered '{answer}'.");
            }
            var use = ProcessUse.Of(fresh.ProcessId);
            cpu.Add(1_000 * use.Cpu);
            memory.Add(use.Resident);
        }
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["first"] = Spread.Of(first).Median,
            ["cpu"] = Spread.Of(cpu).Median,
            ["memory"] = Spread.Of(memory).Median,
        };
    }

    public override string Describe(IReadOnlyDictionary<string, double> values) =>
        string.Create(CultureInfo.InvariantCulture, $"{values["first"],6:N0} ms to the first response, {values["cpu"]:N0} ms of processor time");

    public override IEnumerable<Goal> Goals(GroupResult result)
    {
        var ratio = result.Ratio(Ours, MinimalApi, "first");
        yield return new Goal(
            $"no slower than {MinimalApi}.",
            ratio.Median <= 1,
            string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00} times as long ({ratio.Min:0.00} – {ratio.Max:0.00})."));
    }
}
