using System.Globalization;
using System.Text.Json;
using Realtime.LoadClient.Reporting;

namespace Realtime.Benchmarks.Running;

/// <summary>Runs samples/LoadClient against a server, on the load's core, and reads its report.</summary>
internal static class LoadRun
{
    private const double Grace = 90;

    /// <summary>Runs the load to its end.</summary>
    /// <param name="server">The server.</param>
    /// <param name="bench">Where, and when to give up.</param>
    /// <param name="seconds">How long the load will take, about.</param>
    /// <param name="path">The path of the server's endpoint.</param>
    /// <param name="arguments">What else it is told.</param>
    /// <exception cref="InvalidOperationException">It could not begin.</exception>
    public static async Task<LoadReport> RunAsync(Server server, Bench bench, double seconds, string path, params IEnumerable<string> arguments)
    {
        var program = Path.Combine(bench.Folder, "..", "samples", "LoadClient", "bin", "Release", "net10.0", "LoadClient.dll");
        if (!File.Exists(program))
        {
            throw new FileNotFoundException("The load generator is not built. Start benchmarks/run.sh, which builds it.");
        }
        var file = Path.GetTempFileName();
        try
        {
            // 1 says that not all was sound, which is a result here and no failure.
            await ChildProcess.RunAsync(
                "nice",
                [.. bench.Pin(bench.LoadCore), "dotnet", program, "--url", $"ws://127.0.0.1:{server.Port}{path}", "--quiet", "--json", file,
                    "--server-pid", $"{server.ProcessId}", "--server-core", $"{bench.ServerCore}", .. arguments],
                TimeSpan.FromSeconds(seconds + Grace), bench.Stopping, mostExitCode: 1);
            return JsonSerializer.Deserialize<LoadReport>(await File.ReadAllTextAsync(file, bench.Stopping), LoadReport.Json)!;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Seconds, as the load's command line takes them.</summary>
    public static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###}s");
}
