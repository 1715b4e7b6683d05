using Realtime.Benchmarks.Groups;
using Realtime.Benchmarks.Reporting;

namespace Realtime.Benchmarks.Running;

/// <summary>Measures a group's contenders in turn (A B C A B C …), each time in a fresh process, so that noise hits all alike.</summary>
internal sealed class GroupRunner(Bench bench)
{
    public async Task RunAsync(Group group)
    {
        Console.WriteLine($"\n{group.Name}: {group.Title}");
        var facts = await MachineFacts.ReadAsync(bench.Stopping);
        var measurements = new List<Measurement>();
        var rounds = group.Rounds ?? bench.Rounds;
        var present = Present(group.Contenders);
        foreach (var contender in group.Contenders.Except(present))
        {
            Console.WriteLine($"  {contender.Missing(bench)}");
        }
        var total = rounds * present.Count;
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var contender in present)
            {
                var values = await MeasureAsync(contender, group.MeasureAsync);
                measurements.Add(new Measurement(contender.Name, round, values));
                Console.WriteLine($"  [{measurements.Count,2}/{total}] {contender.Name,-24} {group.Describe(values)}");
            }
        }
        var result = new GroupResult(group, facts, bench, measurements, Appendix: null);
        // Before the rest is explored, so that stopping that loses no round.
        await ReportWriter.WriteAsync(result);
        Console.WriteLine(ReportWriter.Table(result));
        if (await group.ExploreAsync(this) is { } appendix)
        {
            await ReportWriter.WriteAsync(result with { Appendix = appendix });
            Console.WriteLine(appendix.Markdown);
        }
    }

    /// <summary>Starts a contender, hands it to the measurement and stops it.</summary>
    public async Task<T> MeasureAsync<T>(Contender contender, Func<Server, Bench, Task<T>> measure)
    {
        await using var server = await StartAsync(contender);
        return await MeasureAsync(server, measure);
    }

    /// <summary>Hands a server that runs to a measurement.</summary>
    public Task<T> MeasureAsync<T>(Server server, Func<Server, Bench, Task<T>> measure) => measure(server, bench);

    /// <summary>Starts a contender, which the caller stops.</summary>
    public Task<Server> StartAsync(Contender contender) => Server.StartAsync(contender, bench);

    /// <summary>Those that can run here.</summary>
    public IReadOnlyList<Contender> Present(IEnumerable<Contender> contenders) => [.. contenders.Where(contender => contender.Missing(bench) is null)];

    public bool Quick => bench.Quick;

    public int Rounds => bench.Rounds;
}
