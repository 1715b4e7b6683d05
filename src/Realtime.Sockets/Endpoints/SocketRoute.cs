using Realtime.Binding;
using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime.Sockets;

/// <summary>A raw WebSocket route: checks the handshake, accepts it or has the handler do so, runs the handler, and closes.</summary>
internal sealed class SocketRoute
{
    private readonly SocketHost _host;
    private readonly SocketOptions _options;
    private readonly string _pattern;
    private readonly bool _acceptsItself;
    private readonly Func<SocketCall, ValueTask<object?>> _handle;

    private SocketRoute(SocketHost host, SocketOptions options, string pattern, bool acceptsItself, Func<SocketCall, ValueTask<object?>> handle)
    {
        _host = host;
        _options = options;
        _pattern = pattern;
        _acceptsItself = acceptsItself;
        _handle = handle;
    }

    /// <summary>Compiles a person's handler into one of the contract's.</summary>
    /// <exception cref="InvalidOperationException">Nothing can bind a parameter, or the handler takes both the handshake and the socket.</exception>
    public static Func<Request, ValueTask> Compile(App app, PathPattern pattern, Delegate handler, SocketOptions? options)
    {
        var host = SocketHost.Of(app);
        var compiled = HandlerCompiler.Compile<SocketCall>(handler, parameter => SocketCall.Resolve(parameter, pattern, app), $"WebSocket {pattern}");
        var acceptsItself = Takes<SocketHandshake>(handler);
        if (acceptsItself && Takes<Socket>(handler))
        {
            throw new InvalidOperationException($"WebSocket {pattern}: a handler takes the Socket, or the SocketHandshake whose AcceptAsync gives it, but not both.");
        }
        return new SocketRoute(host, options ?? host.Options, pattern.ToString()!, acceptsItself, compiled.Invoke).ServeAsync;
    }

    private static bool Takes<T>(Delegate handler) => handler.Method.GetParameters().Any(static parameter => parameter.ParameterType == typeof(T));

    private async ValueTask ServeAsync(Request request)
    {
        var connection = (WebSocketConnection)request.Connection;
        if (_host.Admit(connection, _options) is { } refusal)
        {
            await SocketHost.DenyAsync(connection, refusal);
            return;
        }
        try
        {
            await ServeAdmittedAsync(request);
        }
        finally
        {
            _host.Leave();
        }
    }

    private async ValueTask ServeAdmittedAsync(Request request)
    {
        var handshake = new SocketHandshake(request, _host, _options);
        if (!_acceptsItself)
        {
            await handshake.AcceptAsync();
        }
        try
        {
            await RunAsync(handshake);
        }
        finally
        {
            if (handshake.Socket is { } socket)
            {
                await socket.Link.EndAsync(_host.Time);
                _host.Meters.Closed(ConnectionKind.Raw, socket.Link.EndCode);
            }
        }
    }

    private async ValueTask RunAsync(SocketHandshake handshake)
    {
        object? result = null;
        try
        {
            result = await _handle(new SocketCall(handshake));
            End(handshake.Socket, CloseCodes.Normal);
        }
        // Before the handshake is accepted an exception is an answer, which is made further up.
        catch (Exception exception) when (handshake.Socket is { } socket)
        {
            if (!IsOver(exception, socket))
            {
                SocketLog.SocketHandlerFailed(_host.Logger, exception, _pattern);
            }
            End(socket, CloseCodes.ServerError);
        }
        if (handshake.Socket is not { } accepted)
        {
            if (result is Response response && !((WebSocketConnection)handshake.Request.Connection).IsAnswered)
            {
                await handshake.DenyAsync(response);
            }
        }
        else if (accepted.Link.Connection.CloseCode is null)
        {
            await accepted.SkipToEndAsync();
        }
    }

    // Where the peer closed first its code is the answer to it (RFC 6455, section 5.5.1), which the contract gives.
    private static void End(Socket? socket, int code)
    {
        if (socket?.Link is { Connection.CloseCode: null } link)
        {
            link.Close(code, reason: null);
        }
    }

    // Whatever a handler that is cut off by its peer throws for it is no fault of the app's.
    private static bool IsOver(Exception exception, Socket socket) =>
        exception is OperationCanceledException or IOException && (socket.CloseCode is not null || socket.Request.Disconnected.IsCancellationRequested);
}
