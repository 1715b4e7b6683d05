using Realtime.Conformance.Jobs;
using Realtime.Jobs;

namespace Realtime.Sqlite;

public sealed class SqliteJobHistoryTests : JobStoreProperty, IDisposable
{
    private readonly TempFolder _folder = new();
    private int _count;

    protected override bool Survives => true;

    protected override int Runs => 25;

    public void Dispose() => _folder.Dispose();

    protected override void Begin() => _count++;

    // The disk's part is not what this is about.
    protected override IJobStore CreateStore(TimeProvider time) =>
        new SqliteJobStore(_folder.File($"{_count}.db"), new SqliteJobStoreOptions { FullSync = false }, time);
}
