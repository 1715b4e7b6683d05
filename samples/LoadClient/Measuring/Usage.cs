namespace Realtime.LoadClient.Measuring;

/// <summary>What this process, the server and the server's core have used up to a moment.</summary>
internal sealed record Usage(long At, double Own, ProcessUse Server, double Core)
{
    public static Usage Of(LoadPlan plan) =>
        new(Clock.Now(), Environment.CpuUsage.TotalTime.TotalSeconds, ProcessUse.Of(plan.ServerProcess), CoreUse.Busy(plan.ServerCore));

    /// <summary>Fractions of one core between two moments: this process, the server, and what else ran on the server's core.</summary>
    public static (double Client, double Server, double Others) Between(Usage before, Usage after)
    {
        var seconds = Math.Max(0.001, (double)(after.At - before.At) / Clock.Second);
        var server = after.Server.Cpu - before.Server.Cpu;
        return ((after.Own - before.Own) / seconds, server / seconds, Math.Max(0, after.Core - before.Core - server) / seconds);
    }
}
