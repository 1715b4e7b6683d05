using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Http;
using Realtime.Middleware;
using Realtime.Protocol;

namespace Realtime.Routing;

/// <summary>Serves requests and handshakes: finds the endpoint, calls it, and answers for those that found none.</summary>
internal sealed class Router
{
    private readonly App _app;
    private readonly RouteTree _tree;
    private readonly ErrorBoundary _errors;
    private readonly StaticFolder[] _folders;
    private readonly RequestLog? _log;

    public Router(App app, IEnumerable<Endpoint> endpoints, StaticFolder[] folders)
    {
        _app = app;
        _tree = new RouteTree(endpoints);
        _folders = folders;
        var logger = app.Provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.Http");
        _errors = new ErrorBoundary(logger, app.IsDevelopment);
        _log = app.IsDevelopment && logger.IsEnabled(LogLevel.Information) ? new RequestLog(logger, app.Provider.GetRequiredService<TimeProvider>()) : null;
    }

    /// <summary>Serves a request.</summary>
    public ValueTask ServeAsync(HttpConnection http) => _log is null ? AnswerAsync(http) : _log.WatchAsync(http, AnswerAsync);

    /// <summary>Serves a WebSocket handshake and what comes of it.</summary>
    public async ValueTask ServeAsync(WebSocketConnection socket)
    {
        var request = new Request(_app);
        request.Begin(socket);
        try
        {
            if (_tree.Find(method: null, socket.Path, request) is { } endpoint)
            {
                await endpoint.Invoke(request);
            }
            else
            {
                await ErrorBoundary.DenyAsync(socket, Problem.Of(HttpError.NotFound($"No WebSocket is served at {socket.Path}.")));
            }
        }
        catch (Exception exception)
        {
            await _errors.AnswerAsync(socket, exception);
        }
        finally
        {
            await request.CleanUpAsync();
            request.End();
        }
    }

    /// <summary>Everything that can completes before this returns, without a state machine.</summary>
    private ValueTask AnswerAsync(HttpConnection http)
    {
        var request = Rent(http);
        Endpoint? endpoint = null;
        ValueTask pending;
        try
        {
            endpoint = _tree.Find(http.Method, http.Path, request);
            pending = endpoint is not null ? endpoint.Invoke(request) : MissAsync(http);
        }
        catch (Exception exception)
        {
            pending = ValueTask.FromException(exception);
        }
        if (!pending.IsCompletedSuccessfully || request.NeedsCleanUp)
        {
            return FinishAsync(http, request, endpoint, pending);
        }
        pending.GetAwaiter().GetResult();
        Return(http, request, endpoint);
        return default;
    }

    private async ValueTask FinishAsync(HttpConnection http, Request request, Endpoint? endpoint, ValueTask pending)
    {
        try
        {
            await pending;
        }
        catch (Exception exception)
        {
            await _errors.AnswerAsync(http, exception);
        }
        finally
        {
            try
            {
                await request.CleanUpAsync();
            }
            finally
            {
                Return(http, request, endpoint);
            }
        }
    }

    private Request Rent(HttpConnection http)
    {
        // The slot may hold the request of an app around this one (a mount), which is in use.
        if (http.Slot is Request { IsFree: true } kept && kept.App == _app)
        {
            kept.Begin(http);
            return kept;
        }
        var request = new Request(_app);
        request.Begin(http);
        http.Slot ??= request;
        return request;
    }

    private static void Return(HttpConnection http, Request request, Endpoint? endpoint)
    {
        request.End();
        // What a handler may still hold must never show it the next request's data.
        if (endpoint is { KeepsRequest: true } && ReferenceEquals(http.Slot, request))
        {
            http.Slot = null;
        }
    }

    private ValueTask MissAsync(HttpConnection http)
    {
        var (methods, socket) = _tree.Others(http.Path);
        if (http.Method is "GET" or "HEAD")
        {
            foreach (var folder in _folders)
            {
                if (folder.TrySend(http) is { } sending)
                {
                    return sending;
                }
            }
        }
        if (methods.Count > 0)
        {
            var allow = string.Join(", ", methods);
            http.ResponseHeaders["Allow"] = allow;
            if (http.Method == "OPTIONS")
            {
                http.StatusCode = 204;
                return default;
            }
            return ErrorBoundary.WriteAsync(http, Problem.Of(new HttpError(405, $"{http.Path} answers {allow}, not {http.Method}.")));
        }
        if (socket)
        {
            http.ResponseHeaders["Upgrade"] = "websocket";
            return ErrorBoundary.WriteAsync(http, Problem.Of(new HttpError(426, $"{http.Path} is a WebSocket: connect with ws:// or wss://.")));
        }
        return ErrorBoundary.WriteAsync(http, Problem.Of(HttpError.NotFound($"There is nothing at {http.Path}.")));
    }
}
