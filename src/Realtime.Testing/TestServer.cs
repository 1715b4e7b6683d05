using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Protocol;
using Realtime.Testing.InMemory;

namespace Realtime.Testing;

/// <summary>
/// Runs an app in memory: the same contract as the real server, with an <see cref="HttpClient"/> and WebSockets that need no
/// port.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    private readonly InMemoryServer _server;

    private TestServer(InMemoryServer server, ManualTimeProvider time, App? app)
    {
        App = app;
        _server = server;
        Time = time;
        Http = new HttpClient(new InMemoryHttpHandler(server)) { BaseAddress = InMemoryServer.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The app; null where the server was started with an application of the contract instead.</summary>
    public App? App { get; }

    /// <summary>
    /// A client whose requests go straight to the app, streamed both ways. It follows no redirects and keeps no cookies;
    /// cancelling a request is what a lost connection is to the app.
    /// </summary>
    public HttpClient Http { get; }

    /// <summary>The app's clock, unless <see cref="TestServerOptions.ManualTime"/> was turned off.</summary>
    public ManualTimeProvider Time { get; }

    /// <summary>Starts an app: builds it and runs its start hooks.</summary>
    /// <param name="app">The app, not built yet.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <exception cref="Exception">What building or starting the app threw.</exception>
    public static async Task<TestServer> StartAsync(App app, TestServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        options ??= new TestServerOptions();
        var time = new ManualTimeProvider(options.StartTime);
        if (options.ManualTime)
        {
            app.Services.AddSingleton<TimeProvider>(time);
        }
        return await StartAsync(app.Build(), options, time, app);
    }

    /// <summary>Starts an application of the contract.</summary>
    /// <param name="application">The application.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <exception cref="Exception">What the application's startup threw.</exception>
    public static Task<TestServer> StartAsync(Application application, TestServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(application);
        options ??= new TestServerOptions();
        return StartAsync(application, options, new ManualTimeProvider(options.StartTime), app: null);
    }

    /// <summary>Opens a WebSocket to the app.</summary>
    /// <param name="path">The path, with its query if any.</param>
    /// <param name="options">Subprotocols and headers of the handshake; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the app sees a lost connection.</param>
    /// <exception cref="WebSocketDeniedException">The app refused the handshake.</exception>
    public Task<WebSocket> ConnectWebSocketAsync(string path, TestWebSocketOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return InMemoryHandshake.ConnectAsync(_server, path, options ?? new TestWebSocketOptions(), cancellationToken);
    }

    internal async Task<Stream> ConnectRawAsync(string path) =>
        (await InMemoryHandshake.ConnectRawAsync(_server, path, new TestWebSocketOptions(), CancellationToken.None)).Stream;

    /// <summary>Stops the app as the real server does: sockets are told to go away, requests finish, stop hooks run.</summary>
    // The client is not disposed of: that would cancel who still reads a response that the server has finished.
    public async ValueTask DisposeAsync() => await _server.StopAsync();

    private static async Task<TestServer> StartAsync(Application application, TestServerOptions options, ManualTimeProvider time, App? app) =>
        new(await InMemoryServer.StartAsync(application, options.ShutdownTimeout), time, app);
}
