using Realtime.Conformance.Jobs;
using Realtime.Jobs;

namespace Realtime.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresJobHistoryTests(PostgresFixture fixture) : JobStoreProperty
{
    private PostgresJobStoreOptions _options = new();

    protected override bool Survives => true;

    // Each step is a trip to the server, or several.
    protected override int Runs => 10;

    protected override void Begin() => _options = new PostgresJobStoreOptions { Schema = "h" + Guid.NewGuid().ToString("N"), Hints = false };

    protected override IJobStore CreateStore(TimeProvider time) => new PostgresJobStore(fixture.Server.ConnectionString(), _options, time);
}
