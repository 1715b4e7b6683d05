using System.Globalization;
using System.Runtime.InteropServices;

namespace Realtime.Benchmarks.Running;

/// <summary>What a reader must know of the machine to judge numbers; nothing that names it.</summary>
internal sealed record MachineFacts(string Processor, int Cores, string Memory, string System, string Runtime, string Date, string Commit, string LoadAverage)
{
    public static async Task<MachineFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var commit = await ChildProcess.RunAsync("git", ["describe", "--always", "--dirty"], TimeSpan.FromSeconds(10), cancellationToken);
        return new MachineFacts(
            Field("/proc/cpuinfo", "model name"),
            Environment.ProcessorCount,
            $"{long.Parse(Field("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024 / 1024} GB",
            $"{Field("/etc/os-release", "PRETTY_NAME", '=').Trim('"')}, Linux {Environment.OSVersion.Version}",
            RuntimeInformation.FrameworkDescription,
            TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            commit.Trim(),
            string.Join(", ", (await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Split(' ')[..3]));
    }

    private static string Field(string file, string name, char separator = ':') =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(separator, 2)[1].Trim() ?? "unknown";
}
