using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Realtime.Integration.Tests;

/// <summary>A Realtime app in a process of its own, as people run it.</summary>
public sealed partial class AppProcess : IAsyncDisposable
{
    // Generous: `dotnet run` may compile first, on a machine that is busy with other tests.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // Not the one of whoever runs the tests.
    private static readonly string DataFolder = Path.Combine(Path.GetTempPath(), "realtime-tests-data");

    private readonly ConcurrentQueue<string> _output = new();
    private readonly SemaphoreSlim _written = new(0);
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private AppProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) =>
        {
            // Its last words may still be on their way.
            _process.WaitForExit();
            _listening.TrySetException(new InvalidOperationException($"The app ended before it listened:\n{Output}"));
        };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
    }

    /// <summary>Where the app listens, as its banner says.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>All that the app wrote, on both streams.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Runs <c>dotnet</c> and waits until the app listens.</summary>
    /// <param name="folder">The app's current directory.</param>
    /// <param name="arguments">What comes behind <c>dotnet</c>.</param>
    public static Task<AppProcess> StartAsync(string folder, params IEnumerable<string> arguments) => StartAsync(folder, environment: [], arguments);

    /// <inheritdoc cref="StartAsync(string, IEnumerable{string})"/>
    /// <param name="environment">Variables that only the app has: <c>NAME=value</c>.</param>
    public static async Task<AppProcess> StartAsync(string folder, string[] environment, IEnumerable<string> arguments)
    {
        // Shells that run a script in the background have it ignore SIGINT, and so does what it starts, unless told otherwise.
        var app = new AppProcess(new ProcessStartInfo("env", ["--default-signal=INT", $"REALTIME_DATA={DataFolder}", .. environment, "dotnet", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        app._process.Start();
        app._process.BeginOutputReadLine();
        app._process.BeginErrorReadLine();
        try
        {
            app.Address = await app._listening.Task.WaitAsync(Patience);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks the app to stop (SIGTERM) and waits until it has.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await ExitAsync();
    }

    /// <summary>Sends a signal to the app.</summary>
    /// <param name="name">Its name as <c>kill</c> takes it: <c>INT</c>, <c>TERM</c>.</param>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until the app has written a line, on either stream. One waits at a time.</summary>
    /// <param name="line">The line.</param>
    public async Task WroteAsync(string line)
    {
        while (!_output.Contains(line))
        {
            Assert.True(await _written.WaitAsync(Patience), $"The app did not write '{line}' but:\n{Output}");
        }
    }

    /// <summary>Waits until the app has written something, on either stream. One waits at a time.</summary>
    public async Task WroteMoreAsync() => Assert.True(await _written.WaitAsync(Patience), $"The app wrote no more than:\n{Output}");

    /// <summary>Waits until the app has ended.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Kills the app as <c>kill -9</c> does, and what it started.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await ExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }
        _process.Dispose();
        _written.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }
        _output.Enqueue(line);
        _written.Release();
        if (Banner().Match(line) is { Success: true } banner)
        {
            _listening.TrySetResult(new Uri(banner.Value));
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[1-9][0-9]*")]
    private static partial Regex Banner();
}
