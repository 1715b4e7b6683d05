namespace Realtime.LoadClient.Reporting;

/// <summary>Where the run's thread leaves what the terminal's thread shows: neither waits for the other.</summary>
internal sealed class Board
{
    private Snapshot? _newest;

    public Snapshot? Newest => Volatile.Read(ref _newest);

    public void Show(Snapshot snapshot) => Volatile.Write(ref _newest, snapshot);
}
