using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Realtime.Protocol;

/// <summary>The facts that an HTTP request and a WebSocket handshake share.</summary>
/// <remarks>
/// Every member throws <see cref="ObjectDisposedException"/> once the application has returned: take what later work needs
/// out of the connection first.
/// </remarks>
public abstract class RequestConnection : Connection
{
    private RequestFacts? _facts;
    private string? _path;
    private string? _rootPath;
    private Forwarding? _forwarding;
    private Dictionary<Type, object>? _provided;

    private protected RequestConnection(RequestFacts facts) => _facts = facts;

    /// <summary>Takes up another request, where nobody has kept this object from the last one.</summary>
    private protected void Take(RequestFacts facts)
    {
        _facts = facts;
        _path = null;
        _rootPath = "";
        _forwarding = null;
    }

    /// <inheritdoc/>
    public override IDictionary<string, object?> State => Facts.State;

    /// <summary>
    /// The scheme: <c>http</c> or <c>https</c> (a WebSocket handshake has the scheme of its request). Whoever knows better, by the word of a trusted proxy, replaces it.
    /// </summary>
    public string Scheme
    {
        get
        {
            var facts = Facts;
            return _forwarding?.Scheme ?? facts.Scheme;
        }
        set
        {
            _ = Facts;
            (_forwarding ??= new Forwarding()).Scheme = value;
        }
    }

    /// <summary>
    /// The host that the client asked, with its port if it gave one (RFC 9110, section 7.2); empty where it named none. Whoever knows better, by the word of a trusted
    /// proxy, replaces it.
    /// </summary>
    public string Host
    {
        get
        {
            var facts = Facts;
            return _forwarding?.Host ?? facts.RequestHeaders["Host"].ToString();
        }
        set
        {
            _ = Facts;
            (_forwarding ??= new Forwarding()).Host = value;
        }
    }

    /// <summary>The version of HTTP: <c>HTTP/1.1</c>, <c>HTTP/2</c>.</summary>
    public string HttpVersion => Facts.HttpVersion;

    /// <summary>
    /// The path below <see cref="RootPath"/>, percent-decoded except for <c>%2F</c>, beginning with a slash. A mount
    /// replaces it for the application below.
    /// </summary>
    public string Path
    {
        get
        {
            var facts = Facts;
            return _path ??= facts.Path;
        }
        set
        {
            _ = Facts;
            _path = value;
        }
    }

    /// <summary>Where this application is mounted: empty, or a path without a trailing slash. A mount replaces it.</summary>
    public string RootPath
    {
        get
        {
            var facts = Facts;
            return _rootPath ??= facts.RootPath;
        }
        set
        {
            _ = Facts;
            _rootPath = value;
        }
    }

    /// <summary>The request target as it came (RFC 9112, section 3.2): still encoded, with its query.</summary>
    public string RawTarget => Facts.RawTarget;

    /// <summary>The query as it came, with its question mark, or empty.</summary>
    public string QueryString => Facts.QueryString;

    /// <summary>The request's header fields.</summary>
    public Headers RequestHeaders => Facts.RequestHeaders;

    /// <summary>
    /// Who connected, or null where the transport has no address. Whoever knows better, by the word of a trusted proxy, replaces it; a port of 0 is one that nobody told.
    /// </summary>
    public IPEndPoint? Client
    {
        get
        {
            var facts = Facts;
            return _forwarding?.Client ?? facts.Client;
        }
        set
        {
            _ = Facts;
            (_forwarding ??= new Forwarding()).Client = value;
        }
    }

    /// <summary>Which of our addresses was connected to, or null where the transport has none.</summary>
    public IPEndPoint? Server => Facts.Server;

    /// <summary>Fires when the peer has gone or the server gives the connection up.</summary>
    public CancellationToken Disconnected => Facts.Disconnected;

    /// <inheritdoc/>
    public override T? Extension<T>()
        where T : class => _provided is not null && _provided.TryGetValue(typeof(T), out var provided) ? (T)provided : Facts.Extension<T>();

    /// <summary>Gives the applications within something that they find by its type with <see cref="Extension{T}"/>, as middleware in ASGI adds to its scope.</summary>
    /// <typeparam name="T">The type it is found by.</typeparam>
    /// <param name="extension">What they find, in place of the server's own.</param>
    public void Provide<T>(T extension)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(extension);
        _ = Facts;
        (_provided ??= [])[typeof(T)] = extension;
    }

    /// <summary>Where an app keeps what it pools from request to request with the server's exchange.</summary>
    internal object? Slot
    {
        get => Facts.Slot;
        set => Facts.Slot = value;
    }

    private protected RequestFacts Facts => _facts ?? ThrowReturned();

    private protected bool IsReturned => _facts is null;

    /// <summary>Lets go of the server's exchange, which may serve another request from now on.</summary>
    private protected void Return() => _facts = null;

    /// <summary>What is said in place of a server's facts; made for few requests.</summary>
    private sealed class Forwarding
    {
        public string? Scheme { get; set; }

        public string? Host { get; set; }

        public IPEndPoint? Client { get; set; }
    }

    [DoesNotReturn]
    private RequestFacts ThrowReturned() => throw new ObjectDisposedException(
        GetType().Name,
        "This connection is over: its application has returned. Copy what later work needs before returning, and give the work to app.Background or a job.");
}
