using System.Globalization;
using System.Text;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;

namespace Realtime.Benchmarks.Groups;

/// <summary>What a connection costs that only stays: the server's resident memory, with heartbeats on and one topic joined.</summary>
internal sealed class IdleMemory(GroupRunner runner, SocketsGroup group)
{
    private const double Wanted = 12;
    private const int Wished = 15_000;

    public async Task<Appendix> RunAsync()
    {
        var found = new List<(string Name, long Connections, double Before, double Holding, long Faults)>();
        var connections = runner.Quick ? 1_000 : Math.Min(Wished, OpenFiles() - 500);
        foreach (var contender in runner.Present(group.Contenders))
        {
            await runner.MeasureAsync(contender, async (server, bench) =>
            {
                // Some come and go first: what a server builds once is not a connection's.
                await SocketsGroup.FanOutAsync(server, bench, 20, 0, bench.Quick ? 1 : 10, receivers: 200);
                using var quiet = await bench.QuietAsync();
                var seconds = bench.Quick ? 2 : 40;
                var report = await LoadRun.RunAsync(
                    server, bench, seconds + 60, contender.Speech!.Path,
                    [.. SocketsGroup.Speak(contender.Speech, contender.Speech.Publish), "--scenario", "idle", "--connections", $"{connections}", "--topics", "15", "--connect-rate", "2000", "--duration", LoadRun.Seconds(seconds)]);
                found.Add((contender.Name, report.Connections.Opened, report.Server!.MemoryBefore, report.Server.MemoryHolding, SocketsGroup.Faults(report)));
                var (_, opened, before, holding, faults) = found[^1];
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  idle {contender.Name,-10} {opened:N0} connections, {before:N0} -> {holding:N0} MB: {Each(before, holding, opened):N1} KiB each, {faults} faults"));
                return true;
            });
        }
        var ours = found.Count > 0 ? Each(found[0].Before, found[0].Holding, found[0].Connections) : double.NaN;
        var text = new StringBuilder("## What an idle connection costs\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{connections:N0} connections that each joined one of 15 topics and then only answered heartbeats: what the server's resident memory grew by, {(runner.Quick ? 2 : 40)} s after the last had joined.\n\n");
        text.Append("| | connections | before (MB) | holding (MB) | KiB each | faults |\n|---|---:|---:|---:|---:|---:|\n");
        foreach (var (name, opened, before, holding, faults) in found)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {opened:N0} | {before:N0} | {holding:N0} | {Each(before, holding, opened):N1} | {faults:N0} |\n");
        }
        text.Append('\n').Append(ReportWriter.Goals([new Goal($"at most {Wanted:0} KiB for each of {Wished:N0}.", ours <= Wanted && connections == Wished, string.Create(CultureInfo.InvariantCulture, $"{ours:N1} KiB at {connections:N0}."))]));
        return new Appendix(text.ToString(), found.Select(static each => new { each.Name, each.Connections, each.Before, each.Holding, each.Faults }));
    }

    private static double Each(double before, double holding, long connections) => (holding - before) * 1024 / Math.Max(1, connections);

    /// <summary>How many files a process may have open.</summary>
    private static int OpenFiles()
    {
        var line = File.ReadLines("/proc/self/limits").First(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return int.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
    }
}
