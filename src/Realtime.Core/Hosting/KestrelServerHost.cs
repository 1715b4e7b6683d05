using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Realtime.Diagnostics;
using Realtime.Protocol;

namespace Realtime.Hosting;

/// <summary>A running Kestrel server of one application: started when made, stopped when disposed.</summary>
public sealed class KestrelServerHost : IAsyncDisposable
{
    private readonly IServer _server;
    private readonly ServiceProvider _services;
    private readonly LifespanConnection _lifespan;
    private readonly DetachedSockets _sockets;
    private readonly Task _application;
    private readonly TimeSpan _shutdownTimeout;
    private readonly TimeSpan _drainDelay;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _cut = new();
    private readonly Lock _lock = new();
    private Task? _stopped;

    private KestrelServerHost(
        IServer server, ServiceProvider services, LifespanConnection lifespan, DetachedSockets sockets, Task application, ServerHostOptions options, TimeProvider time, ILogger logger)
    {
        _server = server;
        _services = services;
        _lifespan = lifespan;
        _sockets = sockets;
        _application = application;
        _shutdownTimeout = options.ShutdownTimeout ?? TimeSpan.FromSeconds(30);
        _drainDelay = options.DrainDelay ?? TimeSpan.Zero;
        _time = time;
        _logger = logger;
        Addresses = [.. server.Features.Get<IServerAddressesFeature>()!.Addresses.Select(static address => new Uri(address))];
    }

    /// <summary>Where the server listens first, with the port it got.</summary>
    public Uri Address => Addresses[0];

    /// <summary>Everywhere the server listens.</summary>
    public IReadOnlyList<Uri> Addresses { get; }

    /// <summary>Builds an app, runs its start hooks, and listens.</summary>
    /// <param name="app">The app.</param>
    /// <param name="options">Where to listen; null for a free port of 127.0.0.1.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <returns>When the server accepts connections.</returns>
    /// <exception cref="ListenException">An address is in use, not this machine's, or not permitted.</exception>
    /// <exception cref="Exception">What building or starting the app threw.</exception>
    public static async Task<KestrelServerHost> StartAsync(App app, ServerHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(app);
        options ??= new ServerHostOptions();
        var application = app.Build();
        var server = await StartAsync(
            application,
            options with
            {
                LoggerFactory = options.LoggerFactory ?? app.Provider.GetRequiredService<ILoggerFactory>(),
                ShutdownTimeout = options.ShutdownTimeout ?? app.Options.ShutdownTimeout,
                DrainDelay = options.DrainDelay ?? app.Options.DrainDelay,
                Limits = options.Limits ?? app.Options.Limits,
            },
            cancellationToken);
        try
        {
            app.Listening(server.Addresses);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs an application's startup, and listens.</summary>
    /// <param name="application">The application.</param>
    /// <param name="options">Where to listen; null for a free port of 127.0.0.1.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <returns>When the server accepts connections.</returns>
    /// <exception cref="ListenException">An address is in use, not this machine's, or not permitted.</exception>
    /// <exception cref="Exception">What the application's startup threw.</exception>
    public static async Task<KestrelServerHost> StartAsync(Application application, ServerHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(application);
        options ??= new ServerHostOptions();
        var loggers = options.LoggerFactory ?? NullLoggerFactory.Instance;
        var logger = loggers.CreateLogger("Realtime.Hosting");
        // The network's clock is the wall's, whatever the app's own TimeProvider says: a peer does not live in a test's time.
        var time = TimeProvider.System;
        var lifespan = new LifespanConnection(new Dictionary<string, object?>(StringComparer.Ordinal));
        var running = await lifespan.StartAsync(application);
        var (server, services) = KestrelFactory.Create(kestrel => Configure(kestrel, options), options.Transport, options.RunInline, loggers);
        var sockets = new DetachedSockets();
        try
        {
            await server.StartAsync(new KestrelApplication(application, lifespan.State, sockets, time, logger), cancellationToken);
            return new KestrelServerHost(server, services, lifespan, sockets, running, options, time, logger);
        }
        catch (Exception exception)
        {
            lifespan.BeginStopping();
            lifespan.RequestShutdown();
            await services.DisposeAsync();
            await EndAsync(running, logger);
            if (ListenFailure(options, exception) is { } failure)
            {
                throw failure;
            }
            throw;
        }
    }

    /// <summary>
    /// Stops: accepts no more, tells long-lived connections to go away, lets requests finish within the shutdown timeout, cuts
    /// what is left, then runs the application's shutdown. Later calls wait for the first.
    /// </summary>
    /// <param name="hurry">Fires when connections must be cut at once.</param>
    public async Task StopAsync(CancellationToken hurry = default)
    {
        await using var cut = hurry.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _cut);
        Task stopped;
        lock (_lock)
        {
            stopped = _stopped ??= StopOnceAsync();
        }
        await stopped;
    }

    /// <summary>Stops, if <see cref="StopAsync"/> was not called yet.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _cut.Dispose();
    }

    private static ListenException? ListenFailure(ServerHostOptions options, Exception exception)
    {
        if ((exception as SocketException ?? exception.InnerException as SocketException ?? exception.InnerException?.InnerException as SocketException) is not { } cause)
        {
            return null;
        }
        var addresses = string.Join(", ", options.Listen.Select(static endPoint => $"http://{endPoint}"));
        var reason = cause.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => "the port is in use. Stop the other program, or choose another port.",
            SocketError.AddressNotAvailable => "this machine does not have the address. Use one of its own, or 0.0.0.0 for all.",
            SocketError.AccessDenied => "not permitted. Ports below 1024 need a privilege: choose a higher one.",
            _ => cause.Message,
        };
        return new ListenException($"Cannot listen on {addresses}: {reason}", exception);
    }

    private static void Configure(KestrelServerOptions kestrel, ServerHostOptions options)
    {
        kestrel.AddServerHeader = false;
        // The contract limits bodies, per request, the same on every server.
        kestrel.Limits.MaxRequestBodySize = null;
        var limits = options.Limits ?? new ServerLimits();
        kestrel.Limits.MaxRequestLineSize = limits.MaxRequestLineSize;
        kestrel.Limits.MaxRequestHeadersTotalSize = limits.MaxRequestHeadersSize;
        kestrel.Limits.MaxRequestHeaderCount = limits.MaxRequestHeaderCount;
        kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = limits.RequestHeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = limits.KeepAliveTimeout;
        kestrel.Limits.MinRequestBodyDataRate = RateOf(limits.MinBodyRate);
        kestrel.Limits.MinResponseDataRate = RateOf(limits.MinBodyRate);
        // Offered both, Kestrel speaks only HTTP/1.1 where no TLS handshake settles it.
        var protocols = options.ClearTextHttp2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
        foreach (var endPoint in options.Listen)
        {
            kestrel.Listen(endPoint, listen => listen.Protocols = protocols);
        }
    }

    private static MinDataRate? RateOf(int bytesPerSecond) => bytesPerSecond > 0 ? new MinDataRate(bytesPerSecond, gracePeriod: TimeSpan.FromSeconds(5)) : null;

    private async Task StopOnceAsync()
    {
        await Task.Yield();
        using var timeout = new CancellationTokenSource(_shutdownTimeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _cut.Token);
        await using var hurried = limit.Token.UnsafeRegister(static lifespan => ((LifespanConnection)lifespan!).HurryShutdown(), _lifespan);
        if (_drainDelay > TimeSpan.Zero)
        {
            _lifespan.BeginStopping();
            await Task.Delay(_drainDelay, _time, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        var closing = _server.StopAsync(limit.Token);
        _lifespan.BeginStopping();
        await closing;
        await _sockets.EndAsync(limit.Token, _time);
        if (timeout.IsCancellationRequested)
        {
            HostingLog.ShutdownHurried(_logger);
        }
        _lifespan.RequestShutdown();
        await EndAsync(_application, _logger);
        await _services.DisposeAsync();
    }

    private static async Task EndAsync(Task application, ILogger logger)
    {
        try
        {
            await application;
        }
        catch (Exception exception)
        {
            HostingLog.ShutdownFailed(logger, exception);
        }
    }
}
