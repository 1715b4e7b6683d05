namespace Realtime.Benchmarks.Load;

/// <summary>What the broadcast load is to do.</summary>
/// <param name="Port">The server's port on 127.0.0.1.</param>
/// <param name="Dialect">The server's protocol, by name.</param>
/// <param name="Receivers">How many connections hear each message.</param>
/// <param name="Rate">Messages published per second.</param>
/// <param name="WarmUp">Seconds at a quarter of that rate, so that a server's code is compiled before it has to keep up.</param>
/// <param name="Settle">Seconds at the full rate before the clock counts.</param>
/// <param name="Seconds">Seconds that count.</param>
/// <param name="Size">The length of a message's text in bytes.</param>
/// <param name="ServerProcess">The server's process id, to read its processor time and memory; 0 for not.</param>
/// <param name="ServerCore">The core that the server is pinned to.</param>
internal sealed record BroadcastPlan(
    int Port, string Dialect, int Receivers = 1_000, int Rate = 800, double WarmUp = 10, double Settle = 3, double Seconds = 10, int Size = 128, int ServerProcess = 0, int ServerCore = 0)
{
    private const double WarmUpShare = 0.25;

    private int WarmUpMessages => (int)(Rate * WarmUpShare * WarmUp);

    /// <summary>How many messages go before those that count.</summary>
    public int Uncounted => WarmUpMessages + (int)(Rate * Settle);

    public int Messages => Uncounted + (int)(Rate * Seconds);

    /// <summary>When a message (0, 1, 2, …) is due, in nanoseconds from the start.</summary>
    public long DueAt(int message)
    {
        var slow = Math.Min(message, WarmUpMessages);
        return (long)(1e9 * ((slow / (Rate * WarmUpShare)) + ((message - slow) / (double)Rate)));
    }
}
