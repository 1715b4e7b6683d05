using Mono.Cecil;

namespace Realtime.Architecture;

/// <summary>
/// The analyzer refuses these calls while compiling; here the built packages are checked, so that a suppression is seen.
/// </summary>
public sealed class BannedCallTests
{
    private static readonly string[] Banned =
    [
        "System.DateTime::get_Now",
        "System.DateTime::get_UtcNow",
        "System.DateTime::get_Today",
        "System.DateTimeOffset::get_Now",
        "System.DateTimeOffset::get_UtcNow",
        "System.Threading.Thread::Sleep",
        "System.Threading.Channels.Channel::CreateUnbounded",
    ];

    public static TheoryData<string> Packages => House.Packages;

    [Theory]
    [MemberData(nameof(Packages))]
    public void Nothing_reads_the_wall_clock_sleeps_or_queues_without_bound(string package)
    {
        using var module = House.Read(package);

        var calls =
            from call in Calls(module)
            where Banned.Any(banned => call.Callee.Contains(banned, StringComparison.Ordinal))
            select $"{call.Caller} calls {call.Callee}";

        Assert.Empty(calls);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Every_delay_has_a_clock(string package)
    {
        using var module = House.Read(package);

        var delays =
            from call in Calls(module)
            where call.Callee.Contains("System.Threading.Tasks.Task::Delay(", StringComparison.Ordinal)
                && !call.Callee.Contains("System.TimeProvider", StringComparison.Ordinal)
            select $"{call.Caller} calls {call.Callee}";

        Assert.Empty(delays);
    }

    private static IEnumerable<(string Caller, string Callee)> Calls(ModuleDefinition module) =>
        from type in House.AllTypes(module)
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        where instruction.Operand is MethodReference
        select (method.FullName, ((MethodReference)instruction.Operand).FullName);
}
