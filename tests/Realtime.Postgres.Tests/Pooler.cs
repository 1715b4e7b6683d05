using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Realtime.Postgres;

/// <summary>A real PgBouncer that hands out three server connections, a transaction at a time.</summary>
internal sealed class Pooler : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("realtime-pooler-");
    private Process? _process;

    private Pooler(int port) => Port = port;

    public int Port { get; }

    public static async Task<Pooler> StartAsync(int server)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var pooler = new Pooler(((IPEndPoint)listener.LocalEndpoint).Port);
        listener.Stop();
        var settings = Path.Combine(pooler._folder.FullName, "pgbouncer.ini");
        await File.WriteAllTextAsync(settings, $"""
            [databases]
            * = host=127.0.0.1 port={server} user=realtime
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {pooler.Port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 3
            max_client_conn = 1000
            ignore_startup_parameters = extra_float_digits
            """);
        // It refuses to run as root, and takes another user's rights where it is told to.
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "postgres"] : [];
        pooler._process = Process.Start(new ProcessStartInfo("/usr/sbin/pgbouncer", ["-q", .. user, settings]))!;
        await pooler.WaitUntilItListensAsync();
        return pooler;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        _folder.Delete(recursive: true);
    }

    private async Task WaitUntilItListensAsync()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (tries < 200 && !_process!.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }
}
