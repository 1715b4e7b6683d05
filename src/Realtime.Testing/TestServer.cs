using System.Net.WebSockets;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Protocol;
using Realtime.Testing.InMemory;

namespace Realtime.Testing;

/// <summary>
/// Runs an app in memory: the same contract as the real server, with an <see cref="HttpClient"/>, realtime clients and WebSockets that
/// need no port.
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
        if (app is { Options.DataFolder: null, Sessions.KeyFolder: null })
        {
            // A test leaves nothing behind in its owner's home, and finds nothing there.
            app.Sessions = app.Sessions with { KeepsKeys = false };
        }
        if (app.Extension<JobQueue>() is { } jobs)
        {
            EnqueuedJobs.Watch(jobs, options.Jobs);
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

    /// <summary>
    /// Opens a realtime client to the app, and completes once the server has said welcome. It needs no heartbeat, so <see cref="Time"/> may
    /// be advanced by hours; lost, it comes back within moments of real time.
    /// </summary>
    /// <param name="handshake">Header fields of the handshake, such as <c>Cookie</c>; null for none.</param>
    /// <param name="options">How the client waits and buffers; null for the defaults.</param>
    /// <param name="path">The realtime endpoint's path; null for the app's, or <c>/realtime</c> where there is no app.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WebSocketDeniedException">The app refused the handshake.</exception>
    public async Task<RealtimeClient> ConnectAsync(
        TestWebSocketOptions? handshake = null, RealtimeClientOptions? options = null, string? path = null, CancellationToken cancellationToken = default)
    {
        handshake = (handshake ?? new TestWebSocketOptions()) with { Subprotocols = ["realtime.v1.json"], IsWatched = true };
        options ??= new RealtimeClientOptions { ReconnectDelay = TimeSpan.FromMilliseconds(10), MaxReconnectDelay = TimeSpan.FromSeconds(1) };
        path ??= App?.Topics.Options.Path ?? "/realtime";
        var client = new RealtimeClient(async cancellation => await ConnectWebSocketAsync(path, await WithTokenAsync(handshake, options, cancellation), cancellation), options);
        try
        {
            await client.ConnectAsync(cancellationToken);
            return client;
        }
        catch (Exception exception)
        {
            await client.DisposeAsync();
            if (exception is RealtimeException { InnerException: WebSocketDeniedException denied })
            {
                ExceptionDispatchInfo.Throw(denied);
            }
            throw;
        }
    }

    internal async Task<Stream> ConnectRawAsync(string path) =>
        (await InMemoryHandshake.ConnectRawAsync(_server, path, new TestWebSocketOptions(), CancellationToken.None)).Stream;

    /// <summary>Stops the app as the real server does: sockets are told to go away, requests finish, stop hooks run.</summary>
    // The client is not disposed of: that would cancel who still reads a response that the server has finished.
    public async ValueTask DisposeAsync() => await _server.StopAsync();

    // As the client does over a real connection.
    private static async ValueTask<TestWebSocketOptions> WithTokenAsync(TestWebSocketOptions handshake, RealtimeClientOptions options, CancellationToken cancellationToken) =>
        options.Token is { } token && await token(cancellationToken) is { } text
            ? handshake with { Headers = new Dictionary<string, string>(handshake.Headers, StringComparer.OrdinalIgnoreCase) { ["Authorization"] = $"Bearer {text}" } }
            : handshake;

    private static async Task<TestServer> StartAsync(Application application, TestServerOptions options, ManualTimeProvider time, App? app) =>
        new(await InMemoryServer.StartAsync(application, options.ShutdownTimeout), time, app);
}
