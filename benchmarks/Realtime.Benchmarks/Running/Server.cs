using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Realtime.Benchmarks.Running;

/// <summary>A contender's process, pinned to one core, on a port that was free.</summary>
internal sealed class Server : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private readonly Stopwatch _sinceStart;
    private readonly ChildProcess _process;

    private Server(Contender contender, int port, ChildProcess process, Stopwatch sinceStart)
    {
        Contender = contender;
        Port = port;
        _process = process;
        _sinceStart = sinceStart;
    }

    public Contender Contender { get; }

    public int Port { get; }

    public int ProcessId => _process.Id;

    /// <summary>How long ago its process was started.</summary>
    public TimeSpan SinceStart => _sinceStart.Elapsed;

    /// <summary>Starts the contender and waits until it accepts connections.</summary>
    public static async Task<Server> StartAsync(Contender contender, Bench bench)
    {
        var port = FreePort();
        var sinceStart = Stopwatch.StartNew();
        var process = ChildProcess.Start("nice", [.. contender.EveryCore ? bench.Nice : bench.Pin(bench.ServerCore), .. CommandOf(contender, bench), "--port", $"{port}", .. contender.Arguments]);
        var server = new Server(contender, port, process, sinceStart);
        try
        {
            await server.WaitUntilReadyAsync(bench.Stopping);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Contender.EndsItself)
        {
            await _process.TerminateAsync(StopLimit);
        }
        await _process.DisposeAsync();
    }

    private static IEnumerable<string> CommandOf(Contender contender, Bench bench)
    {
        var folder = Path.Combine(bench.Folder, contender.Folder);
        if (contender.Program is [var program, var file, ..])
        {
            return [program, Path.Combine(folder, file)];
        }
        var build = Path.Combine(folder, "bin", "Release", "net10.0", contender.ProjectName + ".dll");
        return File.Exists(build)
            ? ["dotnet", build]
            : throw new FileNotFoundException($"{contender.Name} is not built: {contender.Folder} has no Release build. Start benchmarks/run.sh, which builds it.");
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"{Contender.Name} ended at its start: {_process.Output}");
            }
            try
            {
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await probe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), cancellationToken);
                return;
            }
            catch (SocketException) when (SinceStart < StartLimit)
            {
                await Task.Delay(2, cancellationToken);
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
