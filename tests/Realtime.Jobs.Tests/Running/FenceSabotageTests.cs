namespace Realtime.Jobs;

/// <summary>Shows that the check for writes of lost workers works: with the fence it finds none, and with the fence taken out it finds one.</summary>
public sealed class FenceSabotageTests
{
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task A_write_of_a_worker_that_lost_its_job_gets_through_only_where_the_fence_is_taken_out(bool fenced, int expected)
    {
        var time = new Testing.ManualTimeProvider();
        var store = new InMemoryJobStore(time);
        var spec = new JobSpec { Id = Guid.NewGuid(), Name = "job", Queue = "default", Args = "1"u8.ToArray(), MaxAttempts = 3, EnqueuedAt = time.GetUtcNow() };
        await store.EnqueueAsync(spec, default);
        var lost = await ClaimAsync(1);
        time.Advance(TimeSpan.FromSeconds(20));
        await store.RescueAsync([], default);
        var held = await ClaimAsync(2);

        var accepted = await EndAsync(1, lost.Attempt);
        var recorded = await EndAsync(2, held.Attempt);

        Assert.Equal(expected, accepted);
        Assert.Equal(1, accepted + recorded);

        async Task<JobRecord> ClaimAsync(long node)
        {
            await store.HeartbeatAsync(new JobNode(node, "", 0, 0), TimeSpan.FromSeconds(20), default);
            return Assert.Single((await store.ClaimAsync(node, [new QueueDemand("default", 1)], default)).Jobs);
        }

        async Task<int> EndAsync(long node, int attempt)
        {
            if (!fenced && await store.FindAsync(spec.Id, default) is { State: JobState.Running } now)
            {
                // What a store without the fence does: it writes for whoever holds the job.
                (node, attempt) = (now.Node!.Value, now.Attempt);
            }
            return (await store.CompleteAsync(node, [new JobOutcome { Id = spec.Id, Attempt = attempt, State = JobState.Succeeded }], default))[0] is null ? 0 : 1;
        }
    }
}
