using Realtime.Conformance.Jobs;
using Realtime.Jobs;
using Realtime.Testing;

namespace Realtime.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresJobStoreTests(PostgresFixture fixture) : JobStoreConformance
{
    private readonly ManualTimeProvider _time = new();
    private readonly PostgresJobStoreOptions _options = new() { Schema = "s" + Guid.NewGuid().ToString("N") };

    protected override TimeProvider Time => _time;

    protected override IJobStore CreateStore() => new PostgresJobStore(fixture.Server.ConnectionString(), _options, _time);

    protected override void Advance(TimeSpan by) => _time.Advance(by);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await fixture.Server.ExecuteAsync($"DROP SCHEMA {_options.Schema} CASCADE");
    }
}
