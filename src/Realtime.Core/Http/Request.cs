using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Protocol;

namespace Realtime;

/// <summary>What a handler sees of an HTTP request, or of a WebSocket handshake.</summary>
/// <remarks>It is valid until its handler is done and its response written; using it later throws <see cref="ObjectDisposedException"/>.</remarks>
public sealed partial class Request
{
    private readonly App _app;
    private RequestConnection? _connection;
    private Query? _query;
    private RequestCookies? _cookies;
    private AsyncServiceScope? _scope;
    private IServiceProvider? _services;

    internal Request(App app) => _app = app;

    /// <summary>The connection below, one of <see cref="HttpConnection"/> or <see cref="WebSocketConnection"/>.</summary>
    public RequestConnection Connection => _connection
        ?? throw new ObjectDisposedException(nameof(Request), "This request is over: copy what outlives it before its handler returns.");

    /// <summary>The app that serves this request.</summary>
    public App App => _app;

    /// <summary>The method, in upper case; <c>GET</c> for a WebSocket handshake.</summary>
    public string Method => Connection is HttpConnection http ? http.Method : "GET";

    /// <summary>The decoded path, beginning with a slash, below where the app is mounted.</summary>
    public string Path => Connection.Path;

    /// <summary>The query's values.</summary>
    public Query Query => _query ??= Connection.QueryString is { Length: > 1 } text ? new Query(text) : Query.Empty;

    /// <summary>The header fields.</summary>
    public Headers Headers => Connection.RequestHeaders;

    /// <summary>The cookies that came with the request.</summary>
    public RequestCookies Cookies => _cookies ??= new RequestCookies(Headers["Cookie"]);

    /// <summary>What lifespan startup left for every connection.</summary>
    public IDictionary<string, object?> State => Connection.State;

    /// <summary>Who sent the request, or null where the transport has no address.</summary>
    public IPEndPoint? Client => Connection.Client;

    /// <summary>Fires when the peer has gone or the server gives the connection up.</summary>
    public CancellationToken Disconnected => Connection.Disconnected;

    /// <summary>The services of this request: scoped ones live until its response is written.</summary>
    public IServiceProvider Services
    {
        get
        {
            _ = Connection;
            return _services ??= FindServices();
        }
    }

    /// <summary>The connection as HTTP.</summary>
    internal HttpConnection Http => Connection as HttpConnection
        ?? throw new InvalidOperationException("A WebSocket handshake has no body and no response to write: use its connection.");

    /// <summary>The answer that hooks see, once there is one.</summary>
    internal Response? Answer { get; set; }

    /// <summary>What went wrong, for hooks and error handlers.</summary>
    internal Exception? Failure { get; set; }

    /// <summary>What went wrong, as the peer is told.</summary>
    internal HttpError? FailureAnswered { get; set; }

    /// <summary>Whether it serves nothing now.</summary>
    internal bool IsFree => _connection is null;

    /// <summary>Whether something must be awaited when the request ends.</summary>
    internal bool NeedsCleanUp => _scope is not null;

    internal void Begin(RequestConnection connection) => _connection = connection;

    /// <summary>Forgets the connection, so that the object can serve another request or be refused to a late user.</summary>
    internal void End()
    {
        _connection = null;
        _query = null;
        _cookies = null;
        Answer = null;
        Failure = null;
        FailureAnswered = null;
        _session = null;
        EndForm();
        EndUser();
        _services = null;
        EndRoute();
    }

    // ASP.NET Core around the app, or inside it, has a scope for the request already.
    private IServiceProvider FindServices() => Connection.Extension<IServiceProvider>()
        ?? (_scope ??= _app.Provider.CreateAsyncScope()).ServiceProvider;

    internal async ValueTask CleanUpAsync()
    {
        if (_scope is { } scope)
        {
            _scope = null;
            await scope.DisposeAsync();
        }
    }
}
