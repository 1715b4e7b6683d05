using Realtime.Benchmarks.Groups;
using Realtime.LoadClient.Reporting;

namespace Realtime.Benchmarks.Running;

/// <summary>
/// Tries the load with a fault planted on the way back (<c>--plant</c>), and without one: a check that cannot fail checks nothing.
/// </summary>
internal sealed class SelfCheck(GroupRunner runner)
{
    private static readonly (string Fault, Func<LoadReport.MessageCounts, bool> Seen)[] Cases =
    [
        ("none", static messages => messages.Faults == 0 && messages.Received == messages.Expected),
        ("lose", static messages => messages is { Lost: 1, Doubled: 0, OutOfOrder: 0, Corrupt: 0 }),
        ("double", static messages => messages is { Lost: 0, Doubled: 1, OutOfOrder: 0, Corrupt: 0 }),
        ("swap", static messages => messages is { Lost: 0, Doubled: 0, OutOfOrder: 1, Corrupt: 0 }),
        ("corrupt", static messages => messages is { Doubled: 0, OutOfOrder: 0, Corrupt: 1 }),
    ];

    /// <summary>Runs every case; true where each was seen for what it is.</summary>
    public async Task<bool> RunAsync()
    {
        var sound = true;
        var ours = new SocketsGroup().Contenders[0];
        foreach (var (fault, seen) in Cases)
        {
            var messages = await runner.MeasureAsync(ours, async (server, bench) => (await LoadRun.RunAsync(server, bench, 3, ours.Speech!.Path, [
                .. SocketsGroup.Speak(ours.Speech, ours.Speech.Publish), "--connections", "500", "--publishers", "1", "--rate", "1000", "--duration", "2s", "--settle", "0s", "--plant", $"{fault}:700000"])).Messages);
            sound &= seen(messages);
            Console.WriteLine($"  {(seen(messages) ? "seen  " : "MISSED")} {fault,-8} in one of {messages.Expected}: lost {messages.Lost}, doubled {messages.Doubled}, out of order {messages.OutOfOrder}, corrupt {messages.Corrupt}");
        }
        return sound;
    }
}
