using System.Globalization;
using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

/// <summary>
/// What a job's life may be, with random histories on a clock that the test moves, compared with a model after every step: enqueues, flows,
/// claims, ends of all kinds, cancels, nodes that fall silent, die and come back, and stores that are opened again. Inherit it for a store.
/// To run one history again, set REALTIME_SEED to the seed that a failure names; for more of them, REALTIME_RUNS.
/// </summary>
public abstract class JobStoreProperty
{
    private const int Steps = 120;
    private const int MostShrinkingRuns = 200;

    /// <summary>Whether jobs survive the end of a store.</summary>
    protected abstract bool Survives { get; }

    /// <summary>How many random histories to run.</summary>
    protected virtual int Runs => 100;

    /// <summary>Begins anew: stores made from now on share what they keep, where it survives.</summary>
    protected abstract void Begin();

    /// <summary>Makes a store with a clock.</summary>
    protected abstract IJobStore CreateStore(TimeProvider time);

    [Fact]
    public async Task Whatever_happens_jobs_go_the_way_the_model_says()
    {
        var seeds = Environment.GetEnvironmentVariable("REALTIME_SEED") is { } seed
            ? [int.Parse(seed, CultureInfo.InvariantCulture)]
            : Enumerable.Range(0, int.Parse(Environment.GetEnvironmentVariable("REALTIME_RUNS") ?? Runs.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        foreach (var number in seeds)
        {
            var steps = JobStep.Many(new Random(number), Steps);
            if (await FindFaultAsync(steps, fault: null) is { } found)
            {
                var (shortest, why) = await ShrinkAsync(steps, found);
                Assert.Fail($"Seed {number}: {why}\n{shortest.Count} of {steps.Count} steps show it:\n  {string.Join("\n  ", shortest)}");
            }
        }
    }

    [Theory]
    [InlineData(JobFault.TakesLateEnds)]
    [InlineData(JobFault.LosesEnds)]
    [InlineData(JobFault.LosesMarks)]
    [InlineData(JobFault.LeavesChildren)]
    [InlineData(JobFault.LosesLinks)]
    [InlineData(JobFault.RunsAnyway)]
    [InlineData(JobFault.SwapsInputs)]
    [InlineData(JobFault.GivesTwice)]
    [InlineData(JobFault.LosesRequeues)]
    [InlineData(JobFault.IgnoresPause)]
    [InlineData(JobFault.RescuesTheLiving)]
    public async Task A_store_that_does_it_wrong_is_found_out(JobFault fault)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            if (await FindFaultAsync(JobStep.Many(new Random(seed), Steps), fault) is not null)
            {
                return;
            }
        }
        Assert.Fail($"Twenty histories did not show it: {fault}.");
    }

    private async Task<string?> FindFaultAsync(IReadOnlyList<JobStep> steps, JobFault? fault)
    {
        Begin();
        await using var run = new JobRun(time => fault is { } planted ? FaultyJobStore.Around(CreateStore(time), planted) : CreateStore(time), Survives);
        try
        {
            await run.RunAsync(steps);
            return null;
        }
        catch (JobFailure failure)
        {
            return failure.Message;
        }
    }

    // Leaves out halves, quarters, ... and at last single steps, as long as what is left still fails.
    private async Task<(List<JobStep> Steps, string Why)> ShrinkAsync(List<JobStep> steps, string why)
    {
        var runs = 0;
        for (var size = steps.Count / 2; size > 0; size /= 2)
        {
            for (var start = 0; start < steps.Count && runs < MostShrinkingRuns; runs++)
            {
                List<JobStep> fewer = [.. steps.Take(start), .. steps.Skip(start + size)];
                if (await FindFaultAsync(fewer, fault: null) is { } found)
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
