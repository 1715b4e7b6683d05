using System.Globalization;
using System.Text.Json;

namespace Realtime.Benchmarks.Load;

/// <summary>The load as a process of its own, so that it can be pinned: <c>load broadcast --port 5000 --dialect realtime …</c>.</summary>
internal static class BroadcastCommand
{
    /// <summary>Runs the plan that the arguments spell out and prints the result as one line of JSON.</summary>
    public static int Run(string[] args)
    {
        var given = args.Chunk(2).ToDictionary(static pair => pair[0].TrimStart('-'), static pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var defaults = new BroadcastPlan(0, "realtime");
        var plan = new BroadcastPlan(
            (int)Number("port", 0),
            given.GetValueOrDefault("dialect", defaults.Dialect),
            (int)Number("receivers", defaults.Receivers),
            (int)Number("rate", defaults.Rate),
            Number("warmUp", defaults.WarmUp),
            Number("settle", defaults.Settle),
            Number("seconds", defaults.Seconds),
            (int)Number("size", defaults.Size),
            (int)Number("serverProcess", 0),
            (int)Number("serverCore", 0));
        using var load = new BroadcastLoad(plan);
        Console.WriteLine(JsonSerializer.Serialize(load.Run(), JsonSerializerOptions.Web));
        return 0;

        double Number(string name, double otherwise) =>
            given.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }
}
