using System.Globalization;
using Npgsql;
using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>Hears the hints of other processes on a connection of its own (LISTEN), and makes it again when it is lost.</summary>
internal sealed class HintListener(PostgresDatabase database, string channel, string self, Action<JobHints> hint)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // Nothing is said on the connection otherwise: a peer that vanished would never be missed.
    private static readonly TimeSpan Check = TimeSpan.FromSeconds(15);

    public async Task RunAsync(CancellationToken stopping)
    {
        var wait = ShortestWait;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.Source.OpenConnectionAsync(stopping);
                connection.Notification += (_, notification) => Hear(notification.Payload);
                await ExecuteAsync(connection, $"LISTEN \"{channel}\"", stopping);
                wait = ShortestWait;
                // What was said before is missed.
                hint(JobHints.Available | JobHints.Scheduled);
                while (true)
                {
                    if (!await connection.WaitAsync(Check, stopping))
                    {
                        await ExecuteAsync(connection, "SELECT 1", stopping);
                    }
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (PostgresErrors.IsLoss(exception) || exception is PostgresException)
            {
                // Whoever needs the database says so where it is missed; hints only come later.
            }
            try
            {
                await Task.Delay(wait, TimeProvider.System, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private void Hear(string payload)
    {
        if (payload.Split(' ') is [var hints, var sender] && sender != self && int.TryParse(hints, CultureInfo.InvariantCulture, out var flags))
        {
            hint((JobHints)flags & (JobHints.Available | JobHints.Scheduled));
        }
    }

    private static async ValueTask ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
