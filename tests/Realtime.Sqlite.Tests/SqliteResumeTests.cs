using System.Globalization;
using Realtime.Conformance.Backplane;
using Realtime.Sockets;

namespace Realtime.Sqlite;

public sealed class SqliteResumeTests : ResumeProperty, IDisposable
{
    private readonly TempFolder _folder = new();
    private int _file;

    protected override bool Survives => true;

    protected override int Runs => 20;

    public void Dispose() => _folder.Dispose();

    protected override void Begin() => _file++;

    protected override IBackplane CreateBackplane(TimeProvider time) => new SqliteBackplane(
        _folder.File($"{_file.ToString(CultureInfo.InvariantCulture)}.db"), new SqliteBackplaneOptions { FullSync = false }, time);
}
