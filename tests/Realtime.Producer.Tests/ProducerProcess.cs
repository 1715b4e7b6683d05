using System.Collections.Concurrent;
using System.Diagnostics;

namespace Realtime.Producer;

/// <summary>The sample in a process of its own, which a terminal's Ctrl+C reaches as SIGINT.</summary>
internal sealed class ProducerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly SemaphoreSlim _written = new(0);

    public ProducerProcess(params IEnumerable<string> arguments)
    {
        // Shells that run a script in the background have it ignore SIGINT, and so does what it starts, unless told otherwise.
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", typeof(ProducerCommand).Assembly.Location, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has written so far.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    public bool HasEnded => _process.HasExited;

    /// <summary>Waits until it has written so many lines.</summary>
    public async Task WroteAsync(int lines)
    {
        for (var line = 0; line < lines; line++)
        {
            Assert.True(await _written.WaitAsync(Patience), string.Join('\n', _lines));
        }
    }

    /// <summary>Sends what Ctrl+C sends, and waits until it has ended.</summary>
    public async Task<int> InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        return await EndAsync();
    }

    /// <summary>Waits until it has ended. Returns its exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
        _written.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
            _written.Release();
        }
    }
}
