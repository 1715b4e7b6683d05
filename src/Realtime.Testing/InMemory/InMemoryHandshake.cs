using System.IO.Pipelines;
using System.Net.WebSockets;
using Realtime.Protocol;
using Realtime.Sockets;

namespace Realtime.Testing.InMemory;

/// <summary>A WebSocket handshake without a wire, and the two pipes that the socket then runs over.</summary>
internal sealed class InMemoryHandshake : WebSocketHandshake, IWatchedPeer
{
    private readonly InMemoryExchange _request;
    private readonly bool _isWatched;
    private readonly TaskCompletionSource<(Stream Stream, WebSocketAcceptOptions Options)> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();

    private InMemoryHandshake(InMemoryExchange request, TestWebSocketOptions options)
        : base(request)
    {
        _request = request;
        _isWatched = options.IsWatched;
        foreach (var (name, value) in options.Headers)
        {
            RequestHeaders[name] = value;
        }
        if (options.Subprotocols.Count > 0)
        {
            RequestHeaders["Sec-WebSocket-Protocol"] = string.Join(", ", options.Subprotocols);
        }
    }

    public override TimeProvider Time => TimeProvider.System;

    public override T? Extension<T>()
        where T : class => typeof(T) == typeof(IWatchedPeer) && !_isWatched ? null : this as T;

    public static async Task<WebSocket> ConnectAsync(InMemoryServer server, string path, TestWebSocketOptions options, CancellationToken cancellationToken)
    {
        var (stream, accepted) = await ConnectRawAsync(server, path, options, cancellationToken);
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions
        {
            IsServer = false,
            SubProtocol = accepted.Subprotocol,
            KeepAliveInterval = TimeSpan.Zero,
            DangerousDeflateOptions = Deflate(accepted),
        });
    }

    /// <summary>Opens a WebSocket and leaves its frames to the caller.</summary>
    public static async Task<(Stream Stream, WebSocketAcceptOptions Accepted)> ConnectRawAsync(InMemoryServer server, string path, TestWebSocketOptions options, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var handshake = new InMemoryHandshake(new InMemoryExchange(server, request), options);
        server.Run(handshake, static (handshake, application) => handshake.ServeAsync(application));
        try
        {
            return await handshake._answer.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            handshake._request.Vanish();
            await handshake._toServer.Writer.CompleteAsync();
            throw;
        }
    }

    public override ValueTask<WebSocket> AcceptAsync(WebSocketAcceptOptions options, Func<Stream, Stream> transport, CancellationToken cancellationToken)
    {
        var stream = transport(new DuplexStream(_toServer.Reader, _toClient.Writer));
        var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions
        {
            IsServer = true,
            SubProtocol = options.Subprotocol,
            KeepAliveInterval = options.KeepAliveInterval,
            DangerousDeflateOptions = Deflate(options),
        });
        _answer.TrySetResult((new DuplexStream(_toClient.Reader, _toServer.Writer, _request.Vanish), options));
        return new ValueTask<WebSocket>(socket);
    }

    public override ValueTask DenyAsync(WebSocketDenial denial, CancellationToken cancellationToken)
    {
        _answer.TrySetException(new WebSocketDeniedException(denial));
        return default;
    }

    public override void Abort()
    {
        var cut = new IOException("The server cut the connection.");
        _answer.TrySetException(new WebSocketException(WebSocketError.ConnectionClosedPrematurely, cut));
        _request.Vanish();
        _toServer.Reader.CancelPendingRead();
        _toClient.Writer.Complete(cut);
        _toServer.Writer.Complete(cut);
    }

    public override void ApplicationFailed(Exception exception)
    {
        // The close tells: 1011, or a refused handshake.
    }

    private static WebSocketDeflateOptions? Deflate(WebSocketAcceptOptions options) =>
        options.CompressFrom is null ? null : new WebSocketDeflateOptions { ClientContextTakeover = false, ServerContextTakeover = false };

    private async Task ServeAsync(Application application)
    {
        await WebSocketConnection.ServeAsync(this, application);
        await _toClient.Writer.CompleteAsync();
        await _toServer.Reader.CompleteAsync();
        _request.Retire();
    }
}
