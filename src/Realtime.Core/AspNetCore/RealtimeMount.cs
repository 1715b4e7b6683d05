using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Realtime.Diagnostics;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.AspNetCore;

/// <summary>
/// An application inside an ASP.NET Core app: started before its host listens, told when it stops accepting, taken down when its
/// connections have closed.
/// </summary>
internal sealed class RealtimeMount : IHostedService
{
    private readonly IServiceProvider _services;
    private readonly App? _app;
    private readonly ILogger _logger;
    private readonly LifespanConnection _lifespan = new(new Dictionary<string, object?>(StringComparer.Ordinal));
    private readonly DetachedSockets _sockets = new();
    private Application _application;
    private Task? _running;

    public RealtimeMount(IServiceProvider services, App? app, Application? application)
    {
        _services = services;
        _app = app;
        _application = application ?? (static _ => throw new InvalidOperationException("The app has not started."));
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.AspNetCore");
    }

    /// <summary>Whether it was given a place of its own, so that it does not get what no endpoint answers.</summary>
    public bool IsMapped { get; set; }

    public bool Serves(Application? application, App? app) => app is not null ? ReferenceEquals(_app, app) : _application == application;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
        {
            _application = _app.BuildWith(_services);
        }
        _running = await _lifespan.StartAsync(_application);
        var lifetime = _services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStopping.Register(_lifespan.BeginStopping);
        lifetime.ApplicationStarted.Register(Listening);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_running is null)
        {
            return;
        }
        await using var hurry = cancellationToken.UnsafeRegister(static lifespan => ((LifespanConnection)lifespan!).HurryShutdown(), _lifespan);
        _lifespan.RequestShutdown();
        try
        {
            await _running;
        }
        catch (Exception exception)
        {
            HostingLog.ShutdownFailed(_logger, exception);
        }
    }

    /// <summary>Answers a request of the host.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        var exchange = new ContextExchange(context, sharesServices: _app is not null, _logger, _lifespan.State);
        exchange.Attach(context.Features);
        try
        {
            if (exchange.IsWebSocketRequest)
            {
                await KestrelHandshake.ServeAsync(exchange, _application, _sockets, TimeProvider.System, _logger);
            }
            else
            {
                await HttpConnection.ServeAsync(exchange, _application);
            }
        }
        finally
        {
            exchange.Detach();
        }
    }

    /// <summary>Answers a request below a path of the host.</summary>
    public async Task ServeAsync(HttpContext context, PathString prefix)
    {
        var (path, pathBase) = (context.Request.Path, context.Request.PathBase);
        if (path.StartsWithSegments(prefix, out var matched, out var rest))
        {
            context.Request.PathBase = pathBase.Add(matched);
            context.Request.Path = rest;
        }
        try
        {
            await ServeAsync(context);
        }
        finally
        {
            context.Request.PathBase = pathBase;
            context.Request.Path = path;
        }
    }

    private void Listening()
    {
        var addresses = _services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses;
        _app?.Listening([.. (addresses ?? []).Select(static address => new Uri(address))]);
    }
}
