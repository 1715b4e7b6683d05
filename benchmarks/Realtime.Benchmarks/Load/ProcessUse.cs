using System.Globalization;

namespace Realtime.Benchmarks.Load;

/// <summary>What the kernel says that a process has used so far.</summary>
/// <param name="Cpu">Processor time in seconds.</param>
/// <param name="Memory">The largest resident set so far, in MB.</param>
internal readonly record struct ProcessUse(double Cpu, double Memory)
{
    private const double TicksPerSecond = 100;

    /// <summary>Reads a process; zeros for id 0 or a process that has gone.</summary>
    public static ProcessUse Of(int process)
    {
        if (process == 0 || !File.Exists($"/proc/{process}/stat"))
        {
            return default;
        }
        // The name in parentheses may hold spaces; user and system time are the 12th and 13th fields behind it.
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var cpu = (Parse(fields[11]) + Parse(fields[12])) / TicksPerSecond;
        var peak = File.ReadLines($"/proc/{process}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return new ProcessUse(cpu, Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024);
    }

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
