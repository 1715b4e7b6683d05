using Realtime.Binding;
using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime.Sockets;

/// <summary>A raw WebSocket route: checks the handshake, accepts it, runs the handler, and closes.</summary>
internal sealed class SocketRoute
{
    private readonly SocketHost _host;
    private readonly SocketOptions _options;
    private readonly string _pattern;
    private readonly Func<SocketCall, ValueTask<object?>> _handle;

    private SocketRoute(SocketHost host, SocketOptions options, string pattern, Func<SocketCall, ValueTask<object?>> handle)
    {
        _host = host;
        _options = options;
        _pattern = pattern;
        _handle = handle;
    }

    /// <summary>Compiles a person's handler into one of the contract's.</summary>
    /// <exception cref="InvalidOperationException">Nothing can bind a parameter.</exception>
    public static Func<Request, ValueTask> Compile(App app, PathPattern pattern, Delegate handler, SocketOptions? options)
    {
        var host = SocketHost.Of(app);
        var compiled = HandlerCompiler.Compile<SocketCall>(handler, parameter => SocketCall.Resolve(parameter, pattern, app), $"WebSocket {pattern}");
        return new SocketRoute(host, options ?? host.Options, pattern.ToString()!, compiled.Invoke).ServeAsync;
    }

    private async ValueTask ServeAsync(Request request)
    {
        var connection = (WebSocketConnection)request.Connection;
        if (await _host.RefuseOriginAsync(connection, _options))
        {
            return;
        }
        var subprotocol = connection.RequestedSubprotocols.FirstOrDefault(offered => _options.Subprotocols.Contains(offered, StringComparer.Ordinal));
        var link = await Link.AcceptAsync(connection, subprotocol, _options, _host.Wheel);
        link.Open(heartbeat: null);
        try
        {
            await RunAsync(new Socket(link, request, subprotocol), link);
        }
        finally
        {
            await link.EndAsync(_host.Time);
        }
    }

    private async ValueTask RunAsync(Socket socket, Link link)
    {
        try
        {
            await _handle(new SocketCall(socket));
            link.Close(CloseCodes.Normal, reason: null);
        }
        catch (Exception exception)
        {
            if (!IsOver(exception, socket))
            {
                SocketLog.SocketHandlerFailed(_host.Logger, exception, _pattern);
            }
            link.Close(CloseCodes.ServerError, reason: null);
        }
        if (link.Connection.CloseCode is null)
        {
            await socket.SkipToEndAsync();
        }
    }

    // Whatever a handler that is cut off by its peer throws for it is no fault of the app's.
    private static bool IsOver(Exception exception, Socket socket) =>
        exception is OperationCanceledException && (socket.CloseCode is not null || socket.Request.Disconnected.IsCancellationRequested);
}
