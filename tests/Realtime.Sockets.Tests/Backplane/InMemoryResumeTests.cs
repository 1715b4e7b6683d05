using Realtime.Conformance.Backplane;

namespace Realtime.Sockets.Tests.Backplane;

public sealed class InMemoryResumeTests : ResumeProperty
{
    protected override bool Survives => false;

    protected override void Begin()
    {
    }

    protected override IBackplane CreateBackplane(TimeProvider time) => new InMemoryBackplane(time);
}
