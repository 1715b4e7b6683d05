namespace Realtime.Integration.Tests.Chat;

/// <summary>The chat sample in a process of its own, as people run it, with a data folder of its own.</summary>
public sealed class ChatServer : IAsyncDisposable
{
    private readonly string[] _options;
    private AppProcess _process = null!;

    private ChatServer(string data, string[] options)
    {
        Data = data;
        _options = options;
    }

    /// <summary>Where the page is.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The data folder, gone when this is disposed.</summary>
    public string Data { get; }

    /// <summary>All that the server wrote since it was last started.</summary>
    public string Output => _process.Output;

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="options">What else to say on its command line.</param>
    public static async Task<ChatServer> StartAsync(params string[] options)
    {
        var server = new ChatServer(Directory.CreateTempSubdirectory("realtime-chat-").FullName, options);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts a stopped server again, with its data and at its address.</summary>
    public async Task StartAgainAsync()
    {
        // tests/Realtime.Integration.Tests/bin/{configuration}/{framework}/: the sample was built beside it, the same way.
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(Repository.Root, "samples", "Chat", "bin", here.Parent!.Name, here.Name, "Chat.dll");
        _process = await AppProcess.StartAsync(Data, [program, "--port", Address.Port.ToString(), "--data", Data, .. _options]);
        Address = _process.Address;
    }

    /// <summary>Asks the server to stop and waits until it has.</summary>
    public Task StopAsync() => _process.StopAsync();

    /// <summary>Kills the server as <c>kill -9</c> does.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(Data, recursive: true);
    }
}
