using Realtime.Conformance.Jobs;
using Realtime.Testing;

namespace Realtime.Jobs;

public sealed class InMemoryJobStoreTests : JobStoreConformance
{
    private readonly ManualTimeProvider _time = new();

    protected override TimeProvider Time => _time;

    protected override IJobStore CreateStore() => new InMemoryJobStore(_time);

    protected override void Advance(TimeSpan by) => _time.Advance(by);

    [Fact]
    public async Task Jobs_of_many_threads_are_each_claimed_once_and_those_of_one_thread_in_order()
    {
        const int Threads = 4;
        const int Each = 20_000;
        var store = CreateStore();
        await store.HeartbeatAsync(new JobNode(1, "", 0, 0), TimeSpan.FromMinutes(1), default);
        var producing = Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            for (var number = 0; number < Each; number++)
            {
                await store.EnqueueAsync(
                    new JobSpec { Id = Guid.NewGuid(), Name = $"{thread}", Queue = "q", Args = BitConverter.GetBytes(number), EnqueuedAt = _time.GetUtcNow() }, default);
            }
        })));

        var claimed = new List<JobRecord>();
        while (claimed.Count < Threads * Each)
        {
            var done = producing.IsCompleted;
            var jobs = (await store.ClaimAsync(1, [new QueueDemand("q", 1000)], default)).Jobs;
            claimed.AddRange(jobs);
            Assert.False(done && jobs.Count == 0, $"Only {claimed.Count} jobs came out.");
        }
        await producing;

        Assert.All(
            claimed.GroupBy(static job => job.Spec.Name),
            static one => Assert.Equal(Enumerable.Range(0, Each), one.Select(static job => BitConverter.ToInt32(job.Spec.Args))));
    }
}
