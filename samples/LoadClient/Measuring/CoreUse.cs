using System.Globalization;

namespace Realtime.LoadClient.Measuring;

/// <summary>How long a core has been busy so far, with whatever: what is not the server's there, disturbed it.</summary>
internal static class CoreUse
{
    private const double TicksPerSecond = 100;

    /// <summary>Seconds that a core has worked since the machine started; 0 for core -1 and on systems other than Linux.</summary>
    public static double Busy(int core)
    {
        if (core < 0 || !File.Exists("/proc/stat"))
        {
            return 0;
        }
        var name = $"cpu{core} ";
        var line = File.ReadLines("/proc/stat").First(line => line.StartsWith(name, StringComparison.Ordinal));
        // user, nice, system, idle, iowait, irq, softirq, steal: all but the two that wait.
        var times = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static time => double.Parse(time, CultureInfo.InvariantCulture)).ToArray();
        return (times[0] + times[1] + times[2] + times[5] + times[6] + times[7]) / TicksPerSecond;
    }
}
