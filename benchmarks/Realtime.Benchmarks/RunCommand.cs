using System.Globalization;
using Realtime.Benchmarks.Groups;
using Realtime.Benchmarks.Reporting;
using Realtime.Benchmarks.Running;

namespace Realtime.Benchmarks;

/// <summary>Runs groups and writes their reports: <c>[--quick] [--rounds N] [--seconds N] [--minutes N] [group…]</c>.</summary>
internal static class RunCommand
{
    private const string Usage = "Usage: benchmarks/run.sh [--quick] [--rounds N] [--seconds N] [--minutes N] [group…]\n       benchmarks/run.sh --self-check";

    public static async Task<int> RunAsync(string[] args, CancellationToken stopping)
    {
        if (Parse(args, stopping) is not var (bench, groups))
        {
            await Console.Error.WriteLineAsync($"{Usage}\nGroups: {string.Join(", ", Group.All.Select(static group => group.Name))}");
            return 2;
        }
        if (Environment.ProcessorCount < 2)
        {
            await Console.Error.WriteLineAsync("Two cores are needed: one for the server, one for the load.");
            return 2;
        }
        try
        {
            if (args is ["--self-check"])
            {
                return await new SelfCheck(new GroupRunner(bench)).RunAsync() ? 0 : 1;
            }
            foreach (var group in groups)
            {
                await new GroupRunner(bench).RunAsync(group);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return 130;
        }
        catch (Exception exception) when (exception is InvalidOperationException or FileNotFoundException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
        Console.WriteLine($"Written to {Path.GetRelativePath(Directory.GetCurrentDirectory(), bench.ReportFolder)}/");
        return 0;
    }

    private static (Bench Bench, IReadOnlyList<Group> Groups)? Parse(string[] args, CancellationToken stopping)
    {
        var folder = Path.GetFullPath("benchmarks");
        var bench = new Bench
        {
            Folder = folder,
            ReportFolder = Path.GetFullPath(Path.Combine("docs", "benchmarks")),
            LockFile = Environment.GetEnvironmentVariable("BENCHMARK_LOCK") is { Length: > 0 } file ? file : null,
            Niceness = int.Parse(Environment.GetEnvironmentVariable("BENCHMARK_NICE") ?? "0", CultureInfo.InvariantCulture),
            Stopping = stopping,
        };
        var groups = new List<Group>();
        for (var index = 0; index < args.Length; index++)
        {
            switch (args[index])
            {
                case "--quick":
                    // A try does not replace a measurement.
                    bench = bench with { Quick = true, Rounds = 2, Seconds = 2, WarmUp = 1, Minutes = 1, ReportFolder = Path.GetFullPath(Path.Combine("artifacts", "benchmarks")) };
                    break;
                case "--self-check" when args.Length == 1:
                    bench = bench with { Quick = true };
                    break;
                case "--rounds" when Number() is { } rounds:
                    bench = bench with { Rounds = rounds };
                    break;
                case "--seconds" when Number() is { } seconds:
                    bench = bench with { Seconds = seconds };
                    break;
                case "--minutes" when Number() is { } minutes:
                    bench = bench with { Minutes = minutes };
                    break;
                case var name when Group.All.Where(group => group.Name == name || group.Name.StartsWith(name + "-", StringComparison.Ordinal)).ToArray() is { Length: > 0 } named:
                    groups.AddRange(named);
                    break;
                default:
                    return null;
            }

            int? Number() => index + 1 < args.Length && int.TryParse(args[++index], CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
        }
        return (bench, groups.Count > 0 ? groups : Group.All);
    }
}
