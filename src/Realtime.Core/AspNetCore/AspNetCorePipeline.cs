using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Http;
using Realtime.Protocol;

namespace Realtime.AspNetCore;

/// <summary>Runs ASP.NET Core middleware around an application of the contract.</summary>
internal sealed class AspNetCorePipeline
{
    // Where the end of the pipeline finds what it was started for.
    private sealed record Call(AspNetCorePipeline Pipeline, RequestConnection Connection)
    {
        public bool IsReached { get; set; }
    }

    private readonly Application _next;
    private readonly RequestDelegate _pipeline;
    private readonly IServiceScopeFactory _scopes;
    private readonly IHttpContextAccessor? _accessor;
    private readonly ILogger _logger;

    public AspNetCorePipeline(Application next, IServiceProvider services, Action<IApplicationBuilder> configure)
    {
        _next = next;
        _scopes = services.GetRequiredService<IServiceScopeFactory>();
        _accessor = services.GetService<IHttpContextAccessor>();
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.AspNetCore");
        var builder = new ApplicationBuilder(services);
        configure(builder);
        builder.Run(EndAsync);
        _pipeline = builder.Build();
    }

    public ValueTask ServeAsync(Connection connection) => connection switch
    {
        HttpConnection http => ServeAsync(http, new Call(this, http)),
        WebSocketConnection socket => ServeAsync(socket),
        _ => _next(connection),
    };

    private async ValueTask ServeAsync(HttpConnection http, Call call)
    {
        var response = new ConnectionResponse(http);
        var context = ContextOf(http, response, call);
        try
        {
            _accessor?.HttpContext = context;
            await _pipeline(context);
            await response.StartAsync();
        }
        finally
        {
            _accessor?.HttpContext = null;
            await response.EndAsync();
            context.Uninitialize();
        }
    }

    /// <summary>Runs the pipeline over a handshake: middleware refuses it with a response, or lets it through.</summary>
    private async ValueTask ServeAsync(WebSocketConnection socket)
    {
        var call = new Call(this, socket);
        var denial = await new DenialExchange(socket).TakeAsync(http => ServeAsync((HttpConnection)http, call));
        if (!call.IsReached)
        {
            await socket.DenyAsync(denial);
        }
    }

    private DefaultHttpContext ContextOf(HttpConnection http, ConnectionResponse response, Call call)
    {
        // What the server offers beyond the contract, its TLS handshake or trailers, is found behind ours.
        var features = http.Extension<IFeatureCollection>() is { } server ? new FeatureCollection(server) : new FeatureCollection(10);
        var request = new ConnectionRequest(http);
        features.Set<IHttpRequestFeature>(request);
        features.Set<IRequestBodyPipeFeature>(request);
        features.Set<IHttpRequestLifetimeFeature>(request);
        features.Set<IHttpConnectionFeature>(request);
        features.Set<IHttpMaxRequestBodySizeFeature>(request);
        features.Set<IHttpRequestBodyDetectionFeature>(request);
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(response);
        features.Set(call);
        var context = new DefaultHttpContext { ServiceScopeFactory = _scopes };
        context.Initialize(features);
        return context;
    }

    private static async Task EndAsync(HttpContext context)
    {
        var call = context.Features.GetRequiredFeature<Call>();
        call.IsReached = true;
        if (call.Connection is WebSocketConnection socket)
        {
            socket.Provide(context);
            socket.Provide(context.RequestServices);
            if (context.User.Identity is { IsAuthenticated: true })
            {
                socket.Provide(context.User);
            }
            await call.Pipeline._next(socket);
            return;
        }
        // The application within counts the body's bytes itself, against the limit of its route.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
        var exchange = new ContextExchange(context, sharesServices: true, call.Pipeline._logger, call.Connection.State);
        exchange.Attach(context.Features);
        try
        {
            var host = call.Connection.Host;
            // A trusted proxy's word for it has no header.
            var next = host == exchange.RequestHeaders["Host"].ToString() ? call.Pipeline._next : connection =>
            {
                ((RequestConnection)connection).Host = host;
                return call.Pipeline._next(connection);
            };
            await HttpConnection.ServeAsync(exchange, next);
        }
        finally
        {
            exchange.Detach();
        }
    }
}
