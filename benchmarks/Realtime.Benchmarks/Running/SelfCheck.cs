using Realtime.Benchmarks.Groups;
using Realtime.Benchmarks.Load;

namespace Realtime.Benchmarks.Running;

/// <summary>
/// Tries the load on a server that loses, doubles or swaps deliveries on purpose, and on a sound one: a check that cannot fail
/// checks nothing.
/// </summary>
internal sealed class SelfCheck(GroupRunner runner)
{
    private static readonly (string Fault, Func<BroadcastResult, bool> Seen)[] Cases =
    [
        ("none", static result => result.IsWhole && result.Received == result.Expected),
        ("drop", static result => result is { Missing: > 0, Doubled: 0, OutOfOrder: 0 }),
        ("duplicate", static result => result is { Missing: 0, Doubled: > 0, OutOfOrder: 0 }),
        ("reorder", static result => result is { Doubled: 0, OutOfOrder: > 0 }),
    ];

    /// <summary>Runs every case; true where each was seen for what it is.</summary>
    public async Task<bool> RunAsync()
    {
        var sound = true;
        foreach (var (fault, seen) in Cases)
        {
            var contender = new Contender("self-check", "peers/websocket-loop", "") { Dialect = "realtime", Arguments = ["--fault", fault] };
            var result = await runner.MeasureAsync(
                contender, static (server, bench) => BroadcastGroup.LoadAsync(server, bench, rate: 100, warmUp: 1, settle: 1, seconds: 1, receivers: 100));
            sound &= seen(result);
            Console.WriteLine($"  {(seen(result) ? "seen  " : "MISSED")} {fault,-10} missing {result.Missing}, doubled {result.Doubled}, out of order {result.OutOfOrder} of {result.Expected}");
        }
        return sound;
    }
}
