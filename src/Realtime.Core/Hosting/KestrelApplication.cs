using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Realtime.Protocol;

namespace Realtime.Hosting;

/// <summary>What Kestrel calls for every request: finds the pooled exchange and runs the application over it.</summary>
/// <param name="application">The application.</param>
/// <param name="state">What lifespan startup left for every connection.</param>
/// <param name="sockets">Where WebSockets are noted that live on without Kestrel.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where failures go.</param>
internal sealed class KestrelApplication(Application application, IDictionary<string, object?> state, DetachedSockets sockets, TimeProvider time, ILogger logger)
    : IHttpApplication<KestrelExchange>
{
    private readonly bool _isAppAlone = application.Target is App;

    public KestrelExchange CreateContext(IFeatureCollection contextFeatures)
    {
        var exchange = contextFeatures is IHostContextContainer<KestrelExchange> container
            ? container.HostContext ??= NewExchange()
            : NewExchange();
        exchange.Attach(contextFeatures);
        return exchange;
    }

    public Task ProcessRequestAsync(KestrelExchange context)
    {
        if (context.IsWebSocketRequest)
        {
            context.Idle = null;
            return KestrelHandshake.ServeAsync(context, application, sockets, time, logger);
        }
        var serving = HttpConnection.ServeAsync(context, application);
        return serving.IsCompletedSuccessfully ? Task.CompletedTask : serving.AsTask();
    }

    public void DisposeContext(KestrelExchange context, Exception? exception) => context.Detach();

    private KestrelExchange NewExchange() => new(logger, state) { ReusesConnections = _isAppAlone };
}
