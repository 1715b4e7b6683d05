using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Realtime.Diagnostics;
using Realtime.Hosting.Epoll;
using Realtime.Protocol;

namespace Realtime.Hosting;

/// <summary>
/// One WebSocket handshake on Kestrel, answered over its features. On our own transport the socket then lives on without Kestrel, whose
/// connection ends: its request, response, pipes and headers are a third of what an idle connection would cost, and a part of each message.
/// </summary>
internal sealed class KestrelHandshake : WebSocketHandshake
{
    // Of RFC 6455, section 1.3.
    private static readonly byte[] AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8.ToArray();

    private readonly HandshakeFacts _facts;
    private readonly DetachedSockets _sockets;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // What Kestrel waits for: the end, or that the socket lives on without it.
    private TaskCompletionSource? _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile EpollStream? _own;
    private volatile bool _isAborted;

    private KestrelHandshake(HandshakeFacts facts, DetachedSockets sockets, TimeProvider time, ILogger logger)
        : base(facts)
    {
        _facts = facts;
        _sockets = sockets;
        _time = time;
        _logger = logger;
    }

    public override TimeProvider Time => _time;

    /// <summary>Its place among those that live on without Kestrel.</summary>
    internal KestrelHandshake? Next { get; set; }

    internal KestrelHandshake? Previous { get; set; }

    public static Task ServeAsync(KestrelExchange exchange, Application application, DetachedSockets sockets, TimeProvider time, ILogger logger)
    {
        var handshake = new KestrelHandshake(new HandshakeFacts(exchange), sockets, time, logger);
        if (handshake.Fault() is { } fault)
        {
            return handshake.DenyAsync(fault, CancellationToken.None).AsTask();
        }
        var served = handshake._served!.Task;
        // It does not throw, and says when it is done.
        _ = WebSocketConnection.ServeAsync(handshake, application).AsTask();
        return served;
    }

    public override async ValueTask<WebSocket> AcceptAsync(WebSocketAcceptOptions options, Func<Stream, Stream> transport, CancellationToken cancellationToken)
    {
        var stream = transport(await AnswerAsync(Exchange, options));
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions
        {
            IsServer = true,
            SubProtocol = options.Subprotocol,
            KeepAliveInterval = options.KeepAliveInterval,
            // Dangerous where secrets and what an attacker chose share a message: the app has asked for it.
            DangerousDeflateOptions = options.CompressFrom is null ? null : new WebSocketDeflateOptions { ClientContextTakeover = false, ServerContextTakeover = false },
        });
    }

    public override async ValueTask DenyAsync(WebSocketDenial denial, CancellationToken cancellationToken)
    {
        var exchange = Exchange;
        foreach (var (name, value) in denial.Headers ?? [])
        {
            exchange.ResponseHeaders.Append(name, value);
        }
        exchange.ResponseHeaders.ContentLength = denial.Body.Length;
        await exchange.RespondAsync(denial.StatusCode, denial.Body);
        await exchange.CompleteAsync();
    }

    public override void Abort()
    {
        _isAborted = true;
        if (_own is { } own)
        {
            own.Close(reset: true);
        }
        else
        {
            _facts.Abort();
        }
    }

    public override void ApplicationFailed(Exception exception) => HostingLog.WebSocketFailed(_logger, exception, _facts.Path);

    internal override void Served()
    {
        if (_own is { } own)
        {
            own.Close(reset: false);
            _facts.Retire();
            _sockets.Remove(this);
        }
        _served?.TrySetResult();
    }

    private KestrelExchange Exchange => _facts.Exchange ?? throw new InvalidOperationException("The handshake has been answered.");

    /// <summary>Answers the handshake (RFC 6455, section 4.2.2; over HTTP/2: RFC 8441, section 5).</summary>
    /// <returns>The byte stream behind it.</returns>
    private async ValueTask<Stream> AnswerAsync(KestrelExchange exchange, WebSocketAcceptOptions options)
    {
        var headers = exchange.ResponseHeaders;
        foreach (var (name, value) in options.Headers ?? new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase))
        {
            headers[name] = value;
        }
        if (options.Subprotocol is { } subprotocol)
        {
            headers["Sec-WebSocket-Protocol"] = subprotocol;
        }
        if (options.CompressFrom is not null)
        {
            headers["Sec-WebSocket-Extensions"] = DeflateOffer.Agreed;
        }
        if (exchange.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            return await connect.AcceptAsync();
        }
        headers["Upgrade"] = "websocket";
        headers["Sec-WebSocket-Accept"] = AcceptOf(exchange.RequestHeaders["Sec-WebSocket-Key"].ToString());
        var stream = await exchange.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        return Detach(exchange) ?? stream;
    }

    /// <summary>Lets the socket live on without Kestrel, where the transport is our own.</summary>
    private EpollStream? Detach(KestrelExchange exchange)
    {
        if (exchange.Features.Get<EpollConnection>() is not { } connection || connection.TryGiveAway(_facts) is not { } own)
        {
            return null;
        }
        _facts.Detach(connection.RemoteEndPoint, connection.LocalEndPoint);
        _own = own;
        _sockets.Add(this);
        if (_isAborted)
        {
            // Which may have been said to Kestrel, when it had no say any more.
            own.Close(reset: true);
        }
        var served = _served!;
        _served = null;
        served.SetResult();
        return own;
    }

    private static string AcceptOf(string key)
    {
        Span<byte> joined = stackalloc byte[60];
        var length = Encoding.ASCII.GetBytes(key, joined);
        AcceptSuffix.CopyTo(joined[length..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The protocol's, and no secret is kept by it.
        SHA1.HashData(joined, hash);
#pragma warning restore CA5350
        return Convert.ToBase64String(hash);
    }

    /// <summary>What is wrong with the handshake's form (RFC 6455, section 4.2.1), or null.</summary>
    private WebSocketDenial? Fault()
    {
        var exchange = Exchange;
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
}
