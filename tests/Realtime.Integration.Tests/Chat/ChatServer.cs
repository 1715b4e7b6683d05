using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Realtime.Integration.Tests.Chat;

/// <summary>The chat sample in a process of its own, as people run it, with a data folder of its own.</summary>
public sealed partial class ChatServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _output = new();
    private readonly string[] _options;
    private Process _process;

    private ChatServer(string data, string[] options)
    {
        Data = data;
        _options = options;
        _process = null!;
    }

    /// <summary>Where the page is.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The data folder, gone when this is disposed.</summary>
    public string Data { get; }

    /// <summary>All that the server wrote.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="options">What else to say on its command line.</param>
    public static async Task<ChatServer> StartAsync(params string[] options)
    {
        var server = new ChatServer(Directory.CreateTempSubdirectory("realtime-chat-").FullName, options);
        await server.LaunchAsync();
        return server;
    }

    /// <summary>Starts a stopped server again, with its data and at its address.</summary>
    public Task StartAgainAsync() => LaunchAsync();

    /// <summary>Asks the server to stop and waits until it has.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        await kill.WaitForExitAsync();
        await ExitAsync();
    }

    /// <summary>Kills the server as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }
        _process.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private async Task LaunchAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Program(), "--port", Address.Port.ToString(), "--data", Data, .. _options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"The chat ended before it listened:\n{Output}"));
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Address = await listening.Task.WaitAsync(Patience);

        void Read(string? line)
        {
            if (line is null)
            {
                return;
            }
            _output.Enqueue(line);
            if (Banner().Match(line) is { Success: true } banner)
            {
                listening.TrySetResult(new Uri(banner.Value));
            }
        }
    }

    private async Task ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
    }

    private static string Program()
    {
        // tests/Realtime.Integration.Tests/bin/{configuration}/{framework}/: the sample was built beside it, the same way.
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root(), "samples", "Chat", "bin", here.Parent!.Name, here.Name, "Chat.dll");
    }

    /// <summary>The folder of the repository.</summary>
    public static string Root()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Realtime.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException($"There is no Realtime.sln above {AppContext.BaseDirectory}.");
        }
        return root.FullName;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[1-9][0-9]*")]
    private static partial Regex Banner();
}
