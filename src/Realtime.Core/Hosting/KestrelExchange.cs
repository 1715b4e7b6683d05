using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Realtime.Diagnostics;
using Realtime.Protocol;

namespace Realtime.Hosting;

/// <summary>
/// One HTTP request on Kestrel, read from its feature collection. Kestrel keeps it with the TCP connection (or HTTP/2 stream)
/// and it serves one request after another there.
/// </summary>
internal class KestrelExchange(ILogger logger, IDictionary<string, object?> state) : HttpExchange
{
    private IFeatureCollection? _features;
    private IHttpRequestFeature _request = null!;
    private IHttpResponseFeature _response = null!;
    private IHttpResponseBodyFeature _body = null!;
    private IHttpRequestLifetimeFeature _lifetime = null!;
    private IHttpUpgradeFeature? _upgrade;
    private IHttpExtendedConnectFeature? _connect;
    private KestrelHeaders? _requestHeaders;
    private KestrelHeaders? _responseHeaders;
    private IPEndPoint? _client;
    private IPEndPoint? _server;

    /// <summary>Kestrel's features of the request.</summary>
    public IFeatureCollection Features => _features!;

    /// <summary>Whether the request asks to become a WebSocket.</summary>
    public bool IsWebSocketRequest => _connect is { IsExtendedConnect: true }
        ? string.Equals(_connect.Protocol, "websocket", StringComparison.OrdinalIgnoreCase)
        : _upgrade is { IsUpgradableRequest: true } && string.Equals(_request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);

    public override string Method => _request.Method;

    public override string Scheme => _request.Scheme;

    public override string HttpVersion => _request.Protocol;

    public override string Path => _request.Path is { Length: > 0 } path ? path : "/";

    public override string RootPath => _request.PathBase;

    public override string RawTarget => _request.RawTarget;

    public override string QueryString => _request.QueryString;

    public override Headers RequestHeaders => _requestHeaders ??= new KestrelHeaders(_request.Headers);

    public override StringValues Accept => _request.Headers.Accept;

    public override IPEndPoint? Client
    {
        get
        {
            if (_client is null && Features.Get<IHttpConnectionFeature>() is { RemoteIpAddress: { } address } connection)
            {
                _client = new IPEndPoint(address, connection.RemotePort);
            }
            return _client;
        }
    }

    public override IPEndPoint? Server
    {
        get
        {
            if (_server is null && Features.Get<IHttpConnectionFeature>() is { LocalIpAddress: { } address } connection)
            {
                _server = new IPEndPoint(address, connection.LocalPort);
            }
            return _server;
        }
    }

    public override CancellationToken Disconnected => _lifetime.RequestAborted;

    public override IDictionary<string, object?> State => state;

    public override Headers ResponseHeaders => _responseHeaders ??= new KestrelHeaders(_response.Headers);

    public override PipeReader RequestBody => Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;

    public override PipeWriter Output => _body.Writer;

    public override bool SupportsTrailers => Features.Get<IHttpResponseTrailersFeature>() is { Trailers.IsReadOnly: false };

    public override T? Extension<T>()
        where T : class => typeof(T) == typeof(IFeatureCollection) ? (T)Features : Features.Get<T>();

    /// <summary>Gives away the request's header fields, to somebody who needs them for longer than Kestrel does.</summary>
    public KestrelHeaders TakeRequestHeaders()
    {
        var headers = (KestrelHeaders)RequestHeaders;
        headers.Keep();
        _requestHeaders = null;
        return headers;
    }

    /// <summary>Takes up the next request.</summary>
    public void Attach(IFeatureCollection features)
    {
        if (ReferenceEquals(_features, features))
        {
            // Kestrel's features of one connection are one object, request after request.
            return;
        }
        Retire();
        _features = features;
        _request = features.GetRequiredFeature<IHttpRequestFeature>();
        _response = features.GetRequiredFeature<IHttpResponseFeature>();
        _body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _lifetime = features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        _upgrade = features.Get<IHttpUpgradeFeature>();
        _connect = features.Get<IHttpExtendedConnectFeature>();
        _client = null;
        _server = null;
    }

    /// <summary>Lets go of the request: what was handed out of it throws from now on.</summary>
    public void Detach()
    {
        if (Idle is not null)
        {
            // Nobody has kept anything of the request: its views are those of the next one.
            return;
        }
        Retire();
    }

    private void Retire()
    {
        _requestHeaders?.Retire();
        _requestHeaders = null;
        _responseHeaders?.Retire();
        _responseHeaders = null;
    }

    public override ValueTask StartAsync(int statusCode, CancellationToken cancellationToken)
    {
        _response.StatusCode = statusCode;
        return new ValueTask(_body.StartAsync(cancellationToken));
    }

    public override ValueTask RespondAsync(int statusCode, ReadOnlyMemory<byte> body)
    {
        _response.StatusCode = statusCode;
        if (body.IsEmpty)
        {
            // Kestrel sends the headers when the request ends.
            return default;
        }
        // Started first, Kestrel's writer hands out the transport's own memory instead of a buffer to copy from.
        var starting = _body.StartAsync();
        if (!starting.IsCompletedSuccessfully)
        {
            return AwaitAsync(starting, body);
        }
        Write(body.Span);
        return default;

        async ValueTask AwaitAsync(Task starting, ReadOnlyMemory<byte> body)
        {
            await starting;
            Write(body.Span);
        }
    }

    public override ValueTask CompleteAsync() => new(_body.CompleteAsync());

    public override void AppendTrailer(string name, string value) =>
        Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers.Append(name, value);

    public override void Abort() => _lifetime.Abort();

    public override void ApplicationFailed(Exception exception) => HostingLog.RequestFailed(logger, exception, Method, Path);

    public override Exception Translate(Exception exception) => exception is BadHttpRequestException bad
        ? new RequestRejectedException(bad.StatusCode, bad.Message, bad)
        : exception;
}
