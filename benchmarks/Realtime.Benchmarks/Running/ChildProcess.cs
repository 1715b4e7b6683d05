using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Realtime.Benchmarks.Running;

/// <summary>A process that ends with this one at the latest, and whose output is kept.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int MostOutput = 64 * 1024;
    private static readonly ConcurrentDictionary<ChildProcess, bool> Running = new();

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly string _command;

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => KillAll();

    private ChildProcess(Process process, string command)
    {
        _process = process;
        _command = command;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static ChildProcess Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        var process = new Process { StartInfo = start };
        var child = new ChildProcess(process, $"{program} {string.Join(' ', start.ArgumentList)}");
        process.Start();
        Running[child] = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed, or took longer than the limit.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancellationToken, int mostExitCode = 0)
    {
        await using var child = Start(program, arguments);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(limit);
        try
        {
            await child._process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"'{child._command}' took longer than {limit.TotalSeconds:0} s. It printed: {child.Output}");
        }
        return child._process.ExitCode <= mostExitCode && child._process.ExitCode >= 0
            ? child.Output
            : throw new InvalidOperationException($"'{child._command}' failed with {child._process.ExitCode}: {child.Output}");
    }

    /// <summary>Asks it to end, and waits until it has, or for so long.</summary>
    public async Task TerminateAsync(TimeSpan limit)
    {
        using var asking = Process.Start("kill", ["-TERM", $"{Id}"]);
        await asking.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static void KillAll()
    {
        foreach (var (child, _) in Running)
        {
            child.Kill();
        }
    }

    private void Kill()
    {
        Running.TryRemove(this, out _);
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            if (line.Data is not null && _output.Length < MostOutput)
            {
                _output.AppendLine(line.Data);
            }
        }
    }
}
