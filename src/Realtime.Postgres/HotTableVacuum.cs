using System.Net.Sockets;
using Npgsql;

namespace Realtime.Postgres;

/// <summary>
/// Vacuums the hot table whenever many jobs have left it. The server's own vacuum comes once a minute at best, and until then every claim walks
/// over the index entries of all that ended since: behind a million of them it would take a fifth of a second.
/// </summary>
internal sealed class HotTableVacuum(PostgresDatabase database, string schema)
{
    // Then a walk takes a millisecond or two.
    private const int Often = 20_000;

    // However large the table is, the time between two is at least so many times that of one.
    private const int Rest = 19;

    // All indexes, however few of a million rows are dead; and no wait for a lock, be it to give space back or for another who is at it.
    private readonly string _sql = $"VACUUM (INDEX_CLEANUP on, TRUNCATE off, SKIP_LOCKED on, PARALLEL 0) \"{schema}\".jobs";
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _gone;
    private int _isRunning;
    private long _notBefore;

    /// <summary>So many jobs have left the table.</summary>
    public void Left(int jobs)
    {
        if (Interlocked.Add(ref _gone, jobs) >= Often && TimeProvider.System.GetTimestamp() >= Volatile.Read(ref _notBefore) && Interlocked.Exchange(ref _isRunning, 1) == 0)
        {
            Interlocked.Exchange(ref _gone, 0);
            _running = Task.Run(RunAsync);
        }
    }

    public async ValueTask StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        try
        {
            await using var connection = await database.Source.OpenConnectionAsync(_stop.Token);
            await using var command = new NpgsqlCommand(_sql, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(_stop.Token);
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The table is another's, or the server is away: then its own vacuum has to do.
        }
        finally
        {
            var now = TimeProvider.System.GetTimestamp();
            Volatile.Write(ref _notBefore, now + (Rest * (now - begun)));
            Volatile.Write(ref _isRunning, 0);
        }
    }
}
