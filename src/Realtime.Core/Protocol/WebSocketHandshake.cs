using System.Net;
using System.Net.WebSockets;

namespace Realtime.Protocol;

/// <summary>
/// A server's side of one WebSocket handshake: how it answers, and the platform's socket once it accepted. The rules of the
/// contract are kept by <see cref="WebSocketConnection"/>.
/// </summary>
/// <param name="request">The request that asks for it, whose facts these are.</param>
public abstract class WebSocketHandshake(RequestFacts request) : RequestFacts
{
    /// <inheritdoc/>
    public sealed override string Scheme => request.Scheme;

    /// <inheritdoc/>
    public sealed override string HttpVersion => request.HttpVersion;

    /// <inheritdoc/>
    public sealed override string Path => request.Path;

    /// <inheritdoc/>
    public sealed override string RootPath => request.RootPath;

    /// <inheritdoc/>
    public sealed override string RawTarget => request.RawTarget;

    /// <inheritdoc/>
    public sealed override string QueryString => request.QueryString;

    /// <inheritdoc/>
    public sealed override Headers RequestHeaders => request.RequestHeaders;

    /// <inheritdoc/>
    public sealed override IPEndPoint? Client => request.Client;

    /// <inheritdoc/>
    public sealed override IPEndPoint? Server => request.Server;

    /// <inheritdoc/>
    public sealed override CancellationToken Disconnected => request.Disconnected;

    /// <inheritdoc/>
    public sealed override IDictionary<string, object?> State => request.State;

    /// <inheritdoc/>
    public override T? Extension<T>()
        where T : class => request.Extension<T>();

    /// <summary>The clock that limits how long a close may take.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>Accepts the handshake: sends the response, and puts the platform's WebSocket on the byte stream.</summary>
    /// <param name="options">Subprotocol (checked already), headers, keep-alive.</param>
    /// <param name="transport">Must be called once with the byte stream behind the handshake; the WebSocket is put on what it returns.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    public abstract ValueTask<WebSocket> AcceptAsync(WebSocketAcceptOptions options, Func<Stream, Stream> transport, CancellationToken cancellationToken);

    /// <summary>Refuses the handshake with a whole HTTP response.</summary>
    /// <param name="denial">The response.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    public abstract ValueTask DenyAsync(WebSocketDenial denial, CancellationToken cancellationToken);

    /// <summary>The application is done with the socket, which has its close if it could.</summary>
    internal virtual void Served()
    {
    }
}
