using System.Globalization;
using System.Text;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;
using Realtime.LoadClient.Reporting;

namespace Realtime.Benchmarks.Groups;

/// <summary>
/// Looks for the highest rate of messages to 1,000 receivers that each contender keeps up with: doubles it until it does not, then halves the gap.
/// </summary>
internal sealed class Climb(GroupRunner runner, SocketsGroup group)
{
    private const double Bearable = 100;
    private const int First = 25;
    private const int Highest = 12_800;
    private const int Halvings = 3;
    private readonly List<Probe> _probes = [];

    public async Task<Appendix> RunAsync()
    {
        // Twice, everybody in turn, so that a bad minute of the machine does not decide; once in a short run.
        for (var pass = 1; pass <= (runner.Rounds < 3 ? 1 : 2); pass++)
        {
            foreach (var contender in runner.Present(group.Contenders))
            {
                await runner.MeasureAsync(contender, async (server, bench) =>
                {
                    await SocketsGroup.WarmUpAsync(server, bench);
                    await SearchAsync(server, bench, pass);
                    return true;
                });
            }
        }
        var best = runner.Present(group.Contenders).ToDictionary(static contender => contender.Name, BestOf, StringComparer.Ordinal);
        return new Appendix(Markdown(best), _probes.Select(static probe => new { probe.Contender, probe.Pass, probe.Rate, probe.KeepsUp, probe.Report.Latency, probe.Report.Messages, probe.Report.Errors, Server = probe.Report.Server?.Cpu, Client = probe.Report.Client.Cpu }));
    }

    private async Task SearchAsync(Server server, Bench bench, int pass)
    {
        var (good, bad) = (0, 0);
        for (var rate = bench.Quick ? First * 4 : First; rate <= (bench.Quick ? First * 8 : Highest) && bad == 0; rate *= 2)
        {
            if (await KeepsUpAsync(server, bench, pass, rate))
            {
                good = rate;
            }
            else
            {
                bad = rate;
            }
        }
        for (var halving = 0; halving < Halvings && good > 0 && bad > 0 && !bench.Quick; halving++)
        {
            var middle = (good + bad) / 2;
            if (await KeepsUpAsync(server, bench, pass, middle))
            {
                good = middle;
            }
            else
            {
                bad = middle;
            }
        }
    }

    private async Task<bool> KeepsUpAsync(Server server, Bench bench, int pass, int rate)
    {
        // A second chance: on a busy machine one bad second decides.
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            using var quiet = await bench.QuietAsync();
            var report = await SocketsGroup.FanOutAsync(server, bench, rate, settle: 2, seconds: bench.Quick ? 1 : 4, warmUp: 1);
            var probe = new Probe(server.Contender.Name, pass, rate, SocketsGroup.Faults(report) == 0 && report.Latency.P99 < Bearable, report);
            _probes.Add(probe);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {rate,6:N0}/s {server.Contender.Name,-10} p99 {report.Latency.P99,8:N1} ms   {SocketsGroup.Faults(report):N0} faults   server {report.Server?.Cpu:P0}, load {report.Client.Cpu:P0}{(probe.KeepsUp ? "" : "   (does not keep up)")}"));
            if (probe.KeepsUp)
            {
                return true;
            }
        }
        return false;
    }

    private Probe? BestOf(Contender contender) => _probes.Where(probe => probe.Contender == contender.Name && probe.KeepsUp).MaxBy(static probe => probe.Rate);

    private string Markdown(Dictionary<string, Probe?> best)
    {
        var text = new StringBuilder("## How far each one gets\n\n");
        text.Append(CultureInfo.InvariantCulture, $"The highest rate to {SocketsGroup.Receivers:N0} receivers at which every delivery was made and p99 stayed under {Bearable:0} ms (the better search where there are two; each rate tried twice).\n\n");
        text.Append("| | messages/s | deliveries/s | p99 there (ms) | server CPU (%) | load's CPU (%) | Realtime ÷ this |\n|---|---:|---:|---:|---:|---:|---:|\n");
        var ours = best.Values.FirstOrDefault()?.Rate ?? 0;
        foreach (var (name, probe) in best)
        {
            text.Append(probe is null
                ? $"| {name} | none of these | | | | | |\n"
                : string.Create(CultureInfo.InvariantCulture, $"| {name} | {probe.Rate:N0} | {probe.Rate * SocketsGroup.Receivers:N0} | {probe.Report.Latency.P99:N1} | {100 * probe.Report.Server?.Cpu:N0} | {100 * probe.Report.Client.Cpu:N0} | {(double)ours / probe.Rate:0.0} |\n"));
        }
        return text.Append('\n').Append(ReportWriter.Goals(Goals(best, ours))).ToString();
    }

    private static IEnumerable<Goal> Goals(Dictionary<string, Probe?> best, int ours)
    {
        foreach (var (name, probe) in best.Skip(1))
        {
            var wanted = name == "SignalR" ? 3 : 10;
            var ratio = probe is null ? double.PositiveInfinity : (double)ours / probe.Rate;
            yield return new Goal($"{wanted} times the rate of {name}.", ratio >= wanted && ours > 0, string.Create(CultureInfo.InvariantCulture, $"{ratio:0.0} times."));
        }
    }

    private sealed record Probe(string Contender, int Pass, int Rate, bool KeepsUp, LoadReport Report);
}
