using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Realtime.Protocol;

namespace Realtime.AspNetCore;

/// <summary>A request of the contract as ASP.NET Core's features of one; whatever server it came from.</summary>
internal sealed class ConnectionRequest
    : IHttpRequestFeature, IRequestBodyPipeFeature, IHttpRequestLifetimeFeature, IHttpConnectionFeature, IHttpMaxRequestBodySizeFeature, IHttpRequestBodyDetectionFeature
{
    private readonly HttpConnection _http;
    private Stream? _body;
    private string? _connectionId;
    private long? _maxBodySize;

    public ConnectionRequest(HttpConnection http)
    {
        _http = http;
        _maxBodySize = http.MaxRequestBodySize;
        Protocol = http.HttpVersion;
        Scheme = http.Scheme;
        Method = http.Method;
        PathBase = http.RootPath;
        Path = http.Path;
        QueryString = http.QueryString;
        RawTarget = http.RawTarget;
        Headers = HeaderView.Of(http.RequestHeaders);
        RequestAborted = http.Disconnected;
        RemoteIpAddress = http.Client?.Address;
        RemotePort = http.Client?.Port ?? 0;
        LocalIpAddress = http.Server?.Address;
        LocalPort = http.Server?.Port ?? 0;
    }

    public string Protocol { get; set; }

    public string Scheme { get; set; }

    public string Method { get; set; }

    public string PathBase { get; set; }

    public string Path { get; set; }

    public string QueryString { get; set; }

    public string RawTarget { get; set; }

    public IHeaderDictionary Headers { get; set; }

    public Stream Body
    {
        get => _body ??= Reader.AsStream(leaveOpen: true);
        set => _body = value;
    }

    public PipeReader Reader
    {
        get
        {
            if (!IsReadOnly)
            {
                IsReadOnly = true;
                _http.MaxRequestBodySize = _maxBodySize;
            }
            return _http.RequestBody;
        }
    }

    public bool CanHaveBody => Headers.ContentLength is > 0 || Headers.ContainsKey("Transfer-Encoding") || (Headers.ContentLength is null && Protocol is "HTTP/2" or "HTTP/3");

    public bool IsReadOnly { get; private set; }

    /// <summary>The limit for middleware that reads the body; the application within has its own.</summary>
    public long? MaxRequestBodySize
    {
        get => _maxBodySize;
        set => _maxBodySize = IsReadOnly
            ? throw new InvalidOperationException("MaxRequestBodySize was set after the body was asked for: set the limit first.")
            : value;
    }

    public CancellationToken RequestAborted { get; set; }

    public string ConnectionId
    {
        get => _connectionId ??= Guid.NewGuid().ToString("N");
        set => _connectionId = value;
    }

    public IPAddress? RemoteIpAddress { get; set; }

    public int RemotePort { get; set; }

    public IPAddress? LocalIpAddress { get; set; }

    public int LocalPort { get; set; }

    public void Abort() => _http.Abort();
}
