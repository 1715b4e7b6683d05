using Realtime.Conformance.Jobs;
using Realtime.Jobs;
using Realtime.Testing;

namespace Realtime.Sqlite;

public sealed class SqliteJobStoreTests : JobStoreConformance
{
    private readonly ManualTimeProvider _time = new();
    private readonly TempFolder _folder = new();

    protected override TimeProvider Time => _time;

    protected override IJobStore CreateStore() => new SqliteJobStore(_folder.File("jobs.db"), time: _time);

    protected override void Advance(TimeSpan by) => _time.Advance(by);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
