using System.Text.Json;
using System.Text.Json.Serialization;
using Realtime.LoadClient.Measuring;

namespace Realtime.LoadClient.Reporting;

/// <summary>What came of a run: times in milliseconds, use of processors as fractions of one core, memory in MB.</summary>
internal sealed record LoadReport
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public required PlanFacts Plan { get; init; }

    public required string Started { get; init; }

    /// <summary>Whether it was stopped before its end: the rest is of what there was.</summary>
    public required bool IsInterrupted { get; init; }

    /// <summary>The span that latencies and rates are of.</summary>
    public required double Seconds { get; init; }

    /// <summary>What is counted a second: deliveries, round trips, cycles, requests.</summary>
    public required string Unit { get; init; }

    public required double PerSecond { get; init; }

    public required MessageCounts Messages { get; init; }

    public required ConnectionCounts Connections { get; init; }

    public required Latencies Latency { get; init; }

    /// <summary>How late the client itself sent.</summary>
    public required Latencies SendLag { get; init; }

    public required ClientUse Client { get; init; }

    /// <summary>Null where the server's process was not named.</summary>
    public ServerUse? Server { get; init; }

    /// <summary>Null where no connection was to stop reading.</summary>
    public SlowReaders? Slow { get; init; }

    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<Sample> Timeline { get; init; }

    public required IReadOnlyList<Percentile> Percentiles { get; init; }

    public int ExitCode { get; init; }

    /// <summary>Whether all that was to come came, as it was sent, and no connection failed.</summary>
    public bool IsSound => Messages.Faults == 0 && Errors.Count == 0;

    /// <summary>What was asked for.</summary>
    internal sealed record PlanFacts(
        ScenarioKind Scenario, string Url, string Protocol, int Connections, int Topics, int Publishers, double Rate, int Size, double WarmUp, double Settle, double Duration, int Seed)
    {
        public static PlanFacts Of(LoadPlan plan) => new(
            plan.Scenario, plan.Url.ToString(), plan.Scenario == ScenarioKind.Http ? "http" : plan.Protocol, plan.Connections, plan.Topics, plan.Publishers, plan.Rate, plan.Size,
            plan.WarmUp.TotalSeconds, plan.Settle.TotalSeconds, plan.Duration.TotalSeconds, plan.Seed);
    }

    /// <summary>What was sent and what came.</summary>
    /// <param name="Sent">Messages sent.</param>
    /// <param name="Expected">Deliveries that these ask for.</param>
    /// <param name="Received">Deliveries that came, each counted once.</param>
    /// <param name="Lost">Deliveries that did not come.</param>
    /// <param name="Doubled">Deliveries that came again.</param>
    /// <param name="OutOfOrder">Deliveries that came behind a later one.</param>
    /// <param name="Corrupt">Deliveries that are not what was sent.</param>
    /// <param name="Foreign">Messages of others in the same topics: not looked at.</param>
    internal sealed record MessageCounts(long Sent, long Expected, long Received, long Lost, long Doubled, long OutOfOrder, long Corrupt, long Foreign = 0)
    {
        public long Faults => Lost + Doubled + OutOfOrder + Corrupt;
    }

    /// <summary>How the connections went.</summary>
    /// <param name="Opened">How many were connected, and had joined where there is something to join.</param>
    /// <param name="Failed">How many never were.</param>
    /// <param name="Lost">How many the server ended.</param>
    /// <param name="PerSecond">How many were opened a second.</param>
    /// <param name="Opening">From the connect to the answered join.</param>
    internal sealed record ConnectionCounts(long Opened, long Failed, long Lost, double PerSecond, Latencies Opening);

    /// <summary>Durations in milliseconds.</summary>
    internal sealed record Latencies(long Count, double Mean, double P50, double P90, double P99, double P999, double Max)
    {
        public static Latencies Of(LatencyHistogram histogram)
        {
            return new Latencies(histogram.Count, Round(histogram.Mean), At(0.5), At(0.9), At(0.99), At(0.999), At(1));

            double At(double fraction) => Round(histogram.At(fraction));
        }

        private static double Round(double nanoseconds) => Math.Round(nanoseconds / Clock.Millisecond, 4);
    }

    /// <summary>The client's own use.</summary>
    internal sealed record ClientUse(double Cpu, double Memory);

    /// <summary>The server's use.</summary>
    /// <param name="Cpu">Of one core, while it counted.</param>
    /// <param name="Others">What else ran on its core.</param>
    /// <param name="MemoryBefore">Resident before the first connection.</param>
    /// <param name="MemoryHolding">Resident with all connections open, at the end.</param>
    /// <param name="MemoryPeak">The most ever.</param>
    internal sealed record ServerUse(double Cpu, double Others, double MemoryBefore, double MemoryHolding, double MemoryPeak);

    /// <summary>What became of those that stopped reading.</summary>
    /// <param name="Readers">How many.</param>
    /// <param name="Ended">How the server ended them, by reason.</param>
    /// <param name="Received">Deliveries that they got in spite of it.</param>
    /// <param name="Missed">Deliveries that they did not get: as the topic's policy has it, no fault.</param>
    internal sealed record SlowReaders(int Readers, IReadOnlyDictionary<string, long> Ended, long Received, long Missed);

    /// <summary>A point of the latency curve.</summary>
    internal readonly record struct Percentile(double Percent, double Milliseconds)
    {
        private static readonly double[] Points = [0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 96, 97, 98, 99, 99.5, 99.9, 99.95, 99.99, 99.999, 100];

        public static IReadOnlyList<Percentile> Of(LatencyHistogram histogram) => histogram.Count == 0 ? [] :
            [.. Points.Select(point => new Percentile(point, Math.Round(histogram.At(point / 100) / (double)Clock.Millisecond, 4)))];
    }
}
