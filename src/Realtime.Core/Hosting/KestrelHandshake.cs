using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Realtime.Diagnostics;
using Realtime.Protocol;

namespace Realtime.Hosting;

/// <summary>
/// One WebSocket handshake on Kestrel. ASP.NET Core's WebSocket middleware answers it, over features whose byte stream the
/// application may wrap.
/// </summary>
internal sealed class KestrelHandshake(KestrelExchange exchange, TimeProvider time, ILogger logger) : WebSocketHandshake(exchange)
{
    private static readonly WebSocketMiddleware Middleware = new(
        static _ => Task.CompletedTask,
        Options.Create(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero }),
        NullLoggerFactory.Instance);

    // For the log, when the exchange may be over.
    private readonly string _path = exchange.Path;

    public override TimeProvider Time => time;

    public static Task ServeAsync(KestrelExchange exchange, Application application, TimeProvider time, ILogger logger)
    {
        var handshake = new KestrelHandshake(exchange, time, logger);
        return handshake.Fault() is { } fault
            ? handshake.DenyAsync(fault, CancellationToken.None).AsTask()
            : WebSocketConnection.ServeAsync(handshake, application).AsTask();
    }

    public override async ValueTask<WebSocket> AcceptAsync(
        Protocol.WebSocketAcceptOptions options, Func<Stream, Stream> transport, CancellationToken cancellationToken)
    {
        var features = new FeatureCollection(exchange.Features);
        if (features.Get<IHttpUpgradeFeature>() is { } upgrade)
        {
            features.Set<IHttpUpgradeFeature>(new TransportUpgrade(upgrade, transport));
        }
        if (features.Get<IHttpExtendedConnectFeature>() is { } connect)
        {
            features.Set<IHttpExtendedConnectFeature>(new TransportConnect(connect, transport));
        }
        foreach (var (name, value) in options.Headers ?? new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase))
        {
            exchange.ResponseHeaders[name] = value;
        }
        var context = new DefaultHttpContext(features);
        await Middleware.Invoke(context);
        var offers = context.Request.Headers.SecWebSocketExtensions;
        try
        {
            if (options.CompressFrom is not null)
            {
                // The contract has chosen: the middleware answers what it finds here.
                context.Request.Headers.SecWebSocketExtensions = DeflateOffer.Agreed;
            }
            return await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                SubProtocol = options.Subprotocol,
                KeepAliveInterval = options.KeepAliveInterval,
                // Dangerous where secrets and what an attacker chose share a message: the app has asked for it.
                DangerousEnableCompression = options.CompressFrom is not null,
                DisableServerContextTakeover = true,
            });
        }
        finally
        {
            context.Request.Headers.SecWebSocketExtensions = offers;
        }
    }

    public override async ValueTask DenyAsync(WebSocketDenial denial, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in denial.Headers ?? [])
        {
            exchange.ResponseHeaders.Append(name, value);
        }
        exchange.ResponseHeaders.ContentLength = denial.Body.Length;
        await exchange.RespondAsync(denial.StatusCode, denial.Body);
        await exchange.CompleteAsync();
    }

    public override void Abort() => exchange.Abort();

    public override void ApplicationFailed(Exception exception) => HostingLog.WebSocketFailed(logger, exception, _path);

    /// <summary>What is wrong with the handshake's form (RFC 6455, section 4.2.1), or null.</summary>
    private WebSocketDenial? Fault()
    {
        var headers = exchange.RequestHeaders;
        if (headers["Sec-WebSocket-Version"] is not ["13"])
        {
            return new WebSocketDenial { StatusCode = 426, Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Sec-WebSocket-Version"] = "13" } };
        }
        if (exchange.Method is "CONNECT")
        {
            return null;
        }
        Span<byte> key = stackalloc byte[24];
        var isKey = headers["Sec-WebSocket-Key"] is [{ Length: 24 } text] && Convert.TryFromBase64String(text, key, out var length) && length == 16;
        // Kestrel upgrades HTTP/1.0 too, whose proxies know nothing of it.
        return isKey && exchange.Method is "GET" && exchange.HttpVersion is not "HTTP/1.0" ? null : new WebSocketDenial { StatusCode = 400 };
    }

    private sealed class TransportUpgrade(IHttpUpgradeFeature inner, Func<Stream, Stream> transport) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => transport(await inner.UpgradeAsync());
    }

    private sealed class TransportConnect(IHttpExtendedConnectFeature inner, Func<Stream, Stream> transport) : IHttpExtendedConnectFeature
    {
        public bool IsExtendedConnect => inner.IsExtendedConnect;

        public string? Protocol => inner.Protocol;

        public async ValueTask<Stream> AcceptAsync() => transport(await inner.AcceptAsync());
    }
}
