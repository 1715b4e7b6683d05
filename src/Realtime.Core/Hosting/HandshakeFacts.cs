using System.Net;
using Realtime.Hosting.Epoll;
using Realtime.Protocol;

namespace Realtime.Hosting;

/// <summary>
/// What is known of the request that a WebSocket began with: Kestrel's own facts, and a copy of them once the socket lives on without Kestrel.
/// </summary>
/// <param name="request">The request on Kestrel.</param>
internal sealed class HandshakeFacts(KestrelExchange request) : RequestFacts, ISocketOwner
{
    private KestrelExchange? _exchange = request;
    private IDictionary<string, object?> _state = null!;
    private string _scheme = "";
    private string _version = "";
    private string _path = "";
    private string _rootPath = "";
    private string _target = "";
    private string _query = "";
    private KestrelHeaders? _headers;
    private IPEndPoint? _client;
    private IPEndPoint? _server;
    private CancellationTokenSource? _gone;
    private volatile bool _isGone;

    /// <summary>The request on Kestrel; null once the socket lives on without it.</summary>
    public KestrelExchange? Exchange => _exchange;

    public override string Scheme => _exchange?.Scheme ?? _scheme;

    public override string HttpVersion => _exchange?.HttpVersion ?? _version;

    public override string Path => _exchange?.Path ?? _path;

    public override string RootPath => _exchange?.RootPath ?? _rootPath;

    public override string RawTarget => _exchange?.RawTarget ?? _target;

    public override string QueryString => _exchange?.QueryString ?? _query;

    public override Headers RequestHeaders => _exchange?.RequestHeaders ?? _headers!;

    public override IPEndPoint? Client => _exchange is { } exchange ? exchange.Client : _client;

    public override IPEndPoint? Server => _exchange is { } exchange ? exchange.Server : _server;

    public override IDictionary<string, object?> State => _exchange?.State ?? _state;

    /// <summary>Made when first asked for: few handlers want it.</summary>
    public override CancellationToken Disconnected
    {
        get
        {
            if (_gone is null)
            {
                var made = new CancellationTokenSource();
                if (Interlocked.CompareExchange(ref _gone, made, null) is not null)
                {
                    made.Dispose();
                }
                else
                {
                    _exchange?.Disconnected.UnsafeRegister(static facts => ((HandshakeFacts)facts!).GoneWithKestrel(), this);
                }
            }
            if (_isGone)
            {
                _gone.Cancel();
            }
            return _gone.Token;
        }
    }

    public override T? Extension<T>()
        where T : class => _exchange?.Extension<T>();

    public override void Abort() => _exchange?.Abort();

    public override void ApplicationFailed(Exception exception) => _exchange?.ApplicationFailed(exception);

    /// <summary>Copies what Kestrel knows, and lets go of it.</summary>
    /// <param name="client">Who connected.</param>
    /// <param name="server">Which of our addresses was connected to.</param>
    public void Detach(EndPoint? client, EndPoint? server)
    {
        var exchange = _exchange!;
        _state = exchange.State;
        _scheme = exchange.Scheme;
        _version = exchange.HttpVersion;
        _path = exchange.Path;
        _rootPath = exchange.RootPath;
        _target = string.Equals(_path, exchange.RawTarget, StringComparison.Ordinal) ? _path : exchange.RawTarget;
        _query = exchange.QueryString;
        _client = client as IPEndPoint;
        _server = server as IPEndPoint;
        _headers = exchange.TakeRequestHeaders();
        _exchange = null;
    }

    public void Gone()
    {
        _isGone = true;
        // Pairs with the making of the source, which looks at the flag behind it.
        Interlocked.MemoryBarrier();
        // On the pool; a callback that fails is its owner's affair.
        _ = _gone?.CancelAsync();
    }

    /// <summary>The request is over.</summary>
    public void Retire() => _headers?.Retire();

    private void GoneWithKestrel()
    {
        if (_exchange is not null)
        {
            Gone();
        }
    }
}
