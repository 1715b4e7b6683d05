using System.Net.WebSockets;

namespace Realtime.Integration.Tests.Scripts;

/// <summary>One program of <c>samples/scripts</c>, started from a folder that is not its own and has a page of a stranger's.</summary>
internal sealed class Script : IAsyncDisposable
{
    private readonly AppProcess _app;
    private readonly DirectoryInfo _folder;

    private Script(AppProcess app, DirectoryInfo folder)
    {
        _app = app;
        _folder = folder;
        Http = new HttpClient { BaseAddress = app.Address };
    }

    public HttpClient Http { get; }

    /// <summary>Runs a program of <c>samples/scripts</c>.</summary>
    public static Task<Script> RunAsync(string name) => StartAsync(Path.Combine(Repository.Root, "samples", "scripts", name));

    /// <summary>Runs the first program that the README shows.</summary>
    public static async Task<Script> RunReadmeAsync()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        var start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        return await RunTextAsync("readme.cs", readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)]);
    }

    /// <summary>Runs a program that a page shows.</summary>
    /// <param name="name">The name of its file.</param>
    /// <param name="program">The program.</param>
    public static async Task<Script> RunTextAsync(string name, string program)
    {
        // Beside samples/scripts, so that it builds as a program there would; git keeps nothing of an artifacts folder.
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "samples", "artifacts"));
        var file = Path.Combine(folder.FullName, name);
        await File.WriteAllTextAsync(file, program);
        return await StartAsync(file);
    }

    private static async Task<Script> StartAsync(string program)
    {
        var folder = Directory.CreateTempSubdirectory("realtime-script-");
        var pages = folder.CreateSubdirectory("wwwroot");
        await File.WriteAllTextAsync(Path.Combine(pages.FullName, "index.html"), "<html>A stranger's page</html>");
        return new Script(await AppProcess.StartAsync(folder.FullName, "run", program, "--", "--port", "0"), folder);
    }

    /// <summary>A client of the program's topics.</summary>
    public RealtimeClient NewClient(RealtimeClientOptions? options = null) => new(new Uri(_app.Address, "/realtime"), options);

    /// <summary>A token that fires when a reply is so late that none will come.</summary>
    public static CancellationToken Patience() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    public async Task<ClientWebSocket> ConnectAsync(string path, string? subprotocol = null, string? token = null)
    {
        var socket = new ClientWebSocket();
        if (token is not null)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }
        if (subprotocol is not null)
        {
            socket.Options.AddSubProtocol(subprotocol);
        }
        await socket.ConnectAsync(new UriBuilder(_app.Address) { Scheme = "ws", Path = path }.Uri, Patience());
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
