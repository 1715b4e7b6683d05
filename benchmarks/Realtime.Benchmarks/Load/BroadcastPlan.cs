namespace Realtime.Benchmarks.Load;

/// <summary>What the broadcast load is to do.</summary>
/// <param name="Port">The server's port on 127.0.0.1.</param>
/// <param name="Dialect">The server's protocol, by name.</param>
/// <param name="Receivers">How many connections hear each message.</param>
/// <param name="Rate">Messages published per second.</param>
/// <param name="WarmUp">Seconds at that rate before the clock counts.</param>
/// <param name="Seconds">Seconds that count.</param>
/// <param name="Size">The length of a message's text in bytes.</param>
/// <param name="ServerProcess">The server's process id, to read its processor time and memory; 0 for not.</param>
internal sealed record BroadcastPlan(
    int Port, string Dialect, int Receivers = 1_000, int Rate = 800, double WarmUp = 3, double Seconds = 10, int Size = 128, int ServerProcess = 0)
{
    public int WarmUpMessages => (int)(Rate * WarmUp);

    public int Messages => (int)(Rate * (WarmUp + Seconds));
}
