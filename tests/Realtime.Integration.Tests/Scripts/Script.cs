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

    public static async Task<Script> RunAsync(string name)
    {
        var folder = Directory.CreateTempSubdirectory("realtime-script-");
        var pages = folder.CreateSubdirectory("wwwroot");
        await File.WriteAllTextAsync(Path.Combine(pages.FullName, "index.html"), "<html>A stranger's page</html>");
        var program = Path.Combine(Repository.Root, "samples", "scripts", name);
        return new Script(await AppProcess.StartAsync(folder.FullName, "run", program, "--", "--port", "0"), folder);
    }

    /// <summary>A token that fires when a reply is so late that none will come.</summary>
    public static CancellationToken Patience() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    public async Task<ClientWebSocket> ConnectAsync(string path, string? subprotocol = null)
    {
        var socket = new ClientWebSocket();
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
