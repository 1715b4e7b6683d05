using System.Globalization;
using Realtime.Sockets;
using Xunit;

namespace Realtime.Conformance.Backplane;

/// <summary>
/// What resuming promises, with random histories: every client sees every event in order, each once, or a reset, never a silent gap. Inherit it for a backplane.
/// To run one history again, set REALTIME_SEED to the seed that a failure names; for more of them, REALTIME_RUNS.
/// </summary>
public abstract class ResumeProperty
{
    private const int Steps = 60;
    private const int MostShrinkingRuns = 150;

    /// <summary>Whether history survives the end of a server.</summary>
    protected abstract bool Survives { get; }

    /// <summary>How many random histories to run.</summary>
    protected virtual int Runs => 40;

    /// <summary>Begins anew: what is created from now on shares one history, where history survives.</summary>
    protected abstract void Begin();

    /// <summary>Makes the backplane of a server.</summary>
    protected abstract IBackplane CreateBackplane(TimeProvider time);

    [Fact]
    public async Task Every_client_sees_every_event_in_order_each_once_or_a_reset()
    {
        var seeds = Environment.GetEnvironmentVariable("REALTIME_SEED") is { } seed
            ? [int.Parse(seed, CultureInfo.InvariantCulture)]
            : Enumerable.Range(0, int.Parse(Environment.GetEnvironmentVariable("REALTIME_RUNS") ?? Runs.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        foreach (var number in seeds)
        {
            var (policy, steps) = Generate(number);
            if (await FindFaultAsync(policy, steps, fault: null) is { } found)
            {
                var (shortest, why) = await ShrinkAsync(policy, steps, found);
                Assert.Fail($"Seed {number}, {policy}: {why}\n{shortest.Count} of {steps.Count} steps show it:\n  {string.Join("\n  ", shortest)}");
            }
        }
    }

    [Theory]
    [InlineData(BackplaneFault.LosesLive)]
    [InlineData(BackplaneFault.SwapsLive)]
    [InlineData(BackplaneFault.DoublesUnderNextOffset)]
    [InlineData(BackplaneFault.LosesKept)]
    [InlineData(BackplaneFault.SwapsKept)]
    [InlineData(BackplaneFault.ClaimsRecovery)]
    [InlineData(BackplaneFault.NeverRecovers)]
    [InlineData(BackplaneFault.ForgetsKeys)]
    public async Task A_backplane_that_does_it_wrong_is_found_out(BackplaneFault fault)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var (policy, steps) = Generate(seed);
            if (await FindFaultAsync(policy, steps, fault) is not null)
            {
                return;
            }
        }
        Assert.Fail($"Twenty histories did not show it: {fault}.");
    }

    private static (HistoryPolicy Policy, List<ResumeStep> Steps) Generate(int seed)
    {
        var random = new Random(seed);
        var policy = new HistoryPolicy(random.Next(1, 30), random.Next(3) == 0 ? null : TimeSpan.FromSeconds(random.Next(5, 60)));
        return (policy, ResumeStep.Many(random, Steps));
    }

    private async Task<string?> FindFaultAsync(HistoryPolicy policy, IReadOnlyList<ResumeStep> steps, BackplaneFault? fault)
    {
        Begin();
        // A planted fault may leave a client waiting for what never comes; without one nothing takes that long.
        var patience = fault is null ? TimeSpan.FromSeconds(20) : TimeSpan.FromSeconds(1);
        await using var run = new ResumeRun(
            policy, time => fault is { } planted ? new FaultyBackplane(CreateBackplane(time), planted) : CreateBackplane(time), Survives, patience);
        try
        {
            await run.RunAsync(steps);
            return null;
        }
        catch (ResumeFailure failure)
        {
            return failure.Message;
        }
    }

    // Leaves out halves, quarters, ... and at last single steps, as long as what is left still fails.
    private async Task<(List<ResumeStep> Steps, string Why)> ShrinkAsync(HistoryPolicy policy, List<ResumeStep> steps, string why)
    {
        var runs = 0;
        for (var size = steps.Count / 2; size > 0; size /= 2)
        {
            for (var start = 0; start < steps.Count && runs < MostShrinkingRuns; runs++)
            {
                List<ResumeStep> fewer = [.. steps.Take(start), .. steps.Skip(start + size)];
                if (await FindFaultAsync(policy, fewer, fault: null) is { } found)
                {
                    (steps, why) = (fewer, found);
                }
                else
                {
                    start += size;
                }
            }
        }
        return (steps, why);
    }
}
