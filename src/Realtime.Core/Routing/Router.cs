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
    private readonly HookChain? _hooks;
    private readonly ErrorBoundary _errors;
    private readonly StaticFolder[] _folders;
    private readonly RequestLog? _log;

    /// <summary>Makes a router.</summary>
    /// <param name="app">The app.</param>
    /// <param name="endpoints">Its endpoints, each with its hooks.</param>
    /// <param name="hooks">The hooks and error handlers around the requests that find no endpoint; null for none.</param>
    /// <param name="errors">Answers what nobody else does.</param>
    /// <param name="folders">The folders of static files.</param>
    public Router(App app, IEnumerable<Endpoint> endpoints, HookChain? hooks, ErrorBoundary errors, StaticFolder[] folders)
    {
        _app = app;
        _hooks = hooks;
        _errors = errors;
        _tree = new RouteTree(endpoints);
        _folders = folders;
        var logger = app.Provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.Http");
        _log = app.IsDevelopment && logger.IsEnabled(LogLevel.Information) ? new RequestLog(logger, app.Provider.GetRequiredService<TimeProvider>()) : null;
    }

    /// <summary>Serves a request.</summary>
    public ValueTask ServeAsync(HttpConnection http) => _log is null ? AnswerAsync(http) : _log.WatchAsync(http, AnswerAsync);

    /// <summary>Answers a request that is not to come to any endpoint.</summary>
    public ValueTask RefuseAsync(HttpConnection http, HttpError error) => FinishAsync(http, Rent(http), endpoint: null, ValueTask.FromException(error));

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
            pending = endpoint is not null ? endpoint.Invoke(request) : MissAsync(request);
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
            await ((endpoint is null ? _hooks : endpoint.Hooks)?.RecoverAsync(request, exception) ?? _errors.AnswerAsync(http, exception));
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

    private ValueTask MissAsync(Request request)
    {
        if (_hooks is { Wraps: true })
        {
            return _hooks.ServeAsync(request, request => new ValueTask<Response>(Miss(request.Http, out var error) ?? throw error!));
        }
        if (Miss(request.Http, out var problem) is { } response)
        {
            return response.SendAsync(request);
        }
        return _hooks is null ? ErrorBoundary.WriteAsync(request.Http, Problem.Of(problem!)) : _hooks.RecoverAsync(request, problem!);
    }

    /// <summary>Answers a request that found no endpoint, or says what is wrong with it.</summary>
    private Response? Miss(HttpConnection http, out HttpError? error)
    {
        error = null;
        var (methods, socket) = _tree.Others(http.Path);
        if (http.Method is "GET" or "HEAD")
        {
            foreach (var folder in _folders)
            {
                if (folder.Find(http) is { } file)
                {
                    return file;
                }
            }
        }
        if (methods.Count > 0)
        {
            var allow = string.Join(", ", methods);
            if (http.Method == "OPTIONS")
            {
                return new EmptyResponse(204, null) { Headers = { ["Allow"] = allow } };
            }
            error = new HttpError(405, $"{http.Path} answers {allow}, not {http.Method}.") { Headers = { ["Allow"] = allow } };
        }
        else if (socket)
        {
            error = new HttpError(426, $"{http.Path} is a WebSocket: connect with ws:// or wss://.") { Headers = { ["Upgrade"] = "websocket" } };
        }
        else
        {
            error = HttpError.NotFound($"There is nothing at {http.Path}.");
        }
        return null;
    }
}
