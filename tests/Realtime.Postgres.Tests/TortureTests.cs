using Realtime.Torture;
using Xunit.Abstractions;

namespace Realtime.Postgres;

/// <summary>Both stores side by side for a minute. <c>benchmarks/torture.sh</c> takes longer over it.</summary>
public sealed class TortureTests(ITestOutputHelper output)
{
    // Twice what it takes on a machine with nothing else to do.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task Workers_are_killed_and_the_server_crashes_and_every_acknowledged_job_has_one_outcome()
    {
        var reports = await RunAsync(new TortureOptions { Store = StoreKind.Sqlite, Length = TimeSpan.FromSeconds(45) });

        Assert.All(reports, static report => Assert.Empty(report.Faults));
        Assert.All(reports, static report => Assert.True(report.Acknowledged > 500 && report.Flows > 50 && report.Killed > 3 && report.RanAgain > 0 && report.Frozen > 0, report.ToString()));
    }

    [Fact]
    public async Task Without_the_fence_the_same_check_finds_writes_of_workers_that_had_lost_their_jobs()
    {
        var reports = await RunAsync(new TortureOptions { Store = StoreKind.Sqlite, Length = TimeSpan.FromSeconds(30), Unfenced = true });

        Assert.All(reports, static report => Assert.Contains(report.Faults, static fault => fault.Contains("accepted", StringComparison.Ordinal)));
    }

    private async Task<TortureReport[]> RunAsync(TortureOptions options)
    {
        var reports = await Task.WhenAll(RunOneAsync(options), RunOneAsync(options with { Store = StoreKind.Postgres })).WaitAsync(Limit);
        foreach (var report in reports)
        {
            output.WriteLine(report.ToString());
        }
        return reports;
    }

    private static async Task<TortureReport> RunOneAsync(TortureOptions options)
    {
        await using var run = await TortureRun.StartAsync(options);
        return await run.RunAsync();
    }
}
