using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Realtime.Torture;

/// <summary>A real PostgreSQL server on a free port, in a folder of its own, that lives as long as its owner.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly string _bin;
    private readonly bool _fsync;

    private PostgresServer(DirectoryInfo folder, string bin, bool fsync)
    {
        _folder = folder;
        _bin = bin;
        _fsync = fsync;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    private string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>How to connect to one of its databases.</summary>
    public string ConnectionString(string database = "postgres") => $"Host=127.0.0.1;Port={Port};Username=realtime;Database={database};Timeout=15;Command Timeout=60";

    /// <summary>Makes and starts a server.</summary>
    /// <param name="fsync">Whether commits reach the disk. Only tests of something else than durability do without.</param>
    public static async Task<PostgresServer> StartAsync(bool fsync = true)
    {
        var folder = Directory.CreateTempSubdirectory("realtime-postgres-");
        var server = new PostgresServer(folder, FindBin(), fsync);
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync("chown", ["postgres", folder.FullName]);
            }
            await server.ToolAsync("initdb", ["-D", server.Data, "-U", "realtime", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a database of its own for a test, and returns how to connect to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "t" + Guid.NewGuid().ToString("N");
        await ExecuteAsync($"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Runs a statement.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString() + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stops the server as a machine's shutdown does: connections are cut.</summary>
    public Task StopAsync() => ToolAsync("pg_ctl", ["-D", Data, "-m", "fast", "-w", "stop"]);

    /// <summary>Ends the server as a power failure does: what it has not written down is lost, and it has to recover.</summary>
    public Task CrashAsync() => ToolAsync("pg_ctl", ["-D", Data, "-m", "immediate", "-w", "stop"]);

    /// <summary>Starts the server again on the same port.</summary>
    public Task StartAgainAsync()
    {
        var settings = $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c fsync={(_fsync ? "on" : "off")} -c shared_buffers=256MB -c max_wal_size=2GB";
        return ToolAsync("pg_ctl", ["-D", Data, "-l", Path.Combine(_folder.FullName, "log"), "-o", settings, "-w", "start"]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await ToolAsync("pg_ctl", ["-D", Data, "-m", "immediate", "-w", "stop"]);
        }
        _folder.Delete(recursive: true);
    }

    // PostgreSQL refuses to run as root.
    private Task ToolAsync(string tool, IReadOnlyList<string> arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", Path.Combine(_bin, tool), .. arguments])
        : RunAsync(Path.Combine(_bin, tool), arguments);

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments)
    {
        // To the null device, not a pipe: the server inherits it and would keep it open.
        var start = new ProcessStartInfo("sh", ["-c", "out=$(mktemp); \"$@\" >\"$out\" 2>&1; code=$?; [ $code = 0 ] || cat \"$out\"; rm -f \"$out\"; exit $code", "sh", program, .. arguments])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = "/tmp",
        };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {said}");
        }
    }

    private static string FindBin()
    {
        // Debian keeps each version's programs out of the path.
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        return versions.OrderByDescending(static version => int.TryParse(Path.GetFileName(version), out var number) ? number : 0)
            .Select(static version => Path.Combine(version, "bin"))
            .FirstOrDefault(static bin => File.Exists(Path.Combine(bin, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL is not installed: ./test.sh installs it (the Debian package postgresql).");
    }
}
