using System.Globalization;

namespace Realtime.LoadClient.Measuring;

/// <summary>What Linux says that a process has used so far.</summary>
/// <param name="Cpu">Processor time in seconds.</param>
/// <param name="Resident">The resident set now, in MB.</param>
/// <param name="Peak">The largest resident set so far, in MB.</param>
internal readonly record struct ProcessUse(double Cpu, double Resident, double Peak)
{
    private const double TicksPerSecond = 100;

    /// <summary>Reads a process; zeros for id 0, for a process that has gone, and on other systems.</summary>
    public static ProcessUse Of(int process)
    {
        if (process == 0 || !File.Exists($"/proc/{process}/stat"))
        {
            return default;
        }
        // The name in parentheses may hold spaces; user and system time are the 12th and 13th fields behind it.
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var status = File.ReadAllLines($"/proc/{process}/status");
        return new ProcessUse((Parse(fields[11]) + Parse(fields[12])) / TicksPerSecond, Megabytes("VmRSS:"), Megabytes("VmHWM:"));

        double Megabytes(string name) =>
            status.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line ? Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024 : 0;
    }

    /// <summary>Reads a process and those it has started, whose numbers are added up.</summary>
    public static ProcessUse OfTree(int process)
    {
        var use = Of(process);
        var children = $"/proc/{process}/task/{process}/children";
        foreach (var child in File.Exists(children) ? File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            var theirs = OfTree(int.Parse(child, CultureInfo.InvariantCulture));
            use = new ProcessUse(use.Cpu + theirs.Cpu, use.Resident + theirs.Resident, use.Peak + theirs.Peak);
        }
        return use;
    }

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
