using Realtime.Conformance.Jobs;

namespace Realtime.Jobs;

public sealed class InMemoryHistoryTests : JobStoreProperty
{
    protected override bool Survives => false;

    protected override int Runs => 300;

    protected override void Begin()
    {
    }

    protected override IJobStore CreateStore(TimeProvider time) => new InMemoryJobStore(time);
}
