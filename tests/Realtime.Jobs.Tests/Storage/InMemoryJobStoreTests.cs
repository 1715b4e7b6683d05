using Realtime.Conformance.Jobs;
using Realtime.Testing;

namespace Realtime.Jobs;

public sealed class InMemoryJobStoreTests : JobStoreConformance
{
    private readonly ManualTimeProvider _time = new();

    protected override TimeProvider Time => _time;

    protected override IJobStore CreateStore() => new InMemoryJobStore(_time);

    protected override void Advance(TimeSpan by) => _time.Advance(by);
}
