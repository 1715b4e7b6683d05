using Realtime.Testing;

namespace Realtime.Jobs;

public sealed class DrainTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly FailingStore _store;

    public DrainTests() => _store = new FailingStore(_time);

    [Fact]
    public async Task A_store_that_gives_no_jobs_fails_the_drain_and_the_next_one_does_not_wait_for_the_clock()
    {
        await using var bench = await StartAsync();
        var handle = await EnqueueAsync(bench);

        _store.FailsClaims = true;
        var failure = await Assert.ThrowsAsync<JobStoreException>(() => bench.Queue.DrainAsync(Workbench.Soon));
        await Assert.ThrowsAsync<JobStoreException>(() => bench.Queue.DrainAsync(Workbench.Soon));
        _store.FailsClaims = false;
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Contains("The disk is full.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await handle.GetAsync()).State);
    }

    [Fact]
    public async Task A_store_that_takes_no_ends_fails_the_drain_and_the_next_one_does_not_wait_for_the_clock()
    {
        await using var bench = await StartAsync();
        var handle = await EnqueueAsync(bench);

        _store.FailsEnds = true;
        await Assert.ThrowsAsync<JobStoreException>(() => bench.Queue.DrainAsync(Workbench.Soon));
        var meanwhile = (await handle.GetAsync()).State;
        _store.FailsEnds = false;
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal((JobState.Running, JobState.Succeeded), (meanwhile, (await handle.GetAsync()).State));
    }

    [Fact]
    public async Task A_node_that_could_not_say_that_it_lives_says_so_again_when_it_is_drained()
    {
        await using var bench = await StartAsync();
        var handle = await EnqueueAsync(bench);

        _store.Fails = true;
        var failed = _store.Failed.NextAsync();
        _time.Advance(bench.Queue.Options.HeartbeatInterval);
        await failed.WaitAsync(Workbench.Limit);
        await bench.Log.UntilAsync(1, 3006);
        _store.Fails = false;
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(JobState.Succeeded, (await handle.GetAsync()).State);
    }

    private async Task<Workbench> StartAsync()
    {
        var bench = new Workbench(_store, _time);
        bench.Queue.Options = new JobQueueOptions { RunsOnlyWhenDrained = true };
        bench.Queue.Define<int>("job", (int args) => { });
        await bench.StartAsync();
        return bench;
    }

    private static async Task<JobHandle> EnqueueAsync(Workbench bench)
    {
        Assert.True(bench.Queue.TryFind("job", out var job));
        return await ((Job<int>)job).EnqueueAsync(1);
    }
}
