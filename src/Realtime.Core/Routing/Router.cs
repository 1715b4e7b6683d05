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
    private readonly HostRoutes? _hosts;
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
        _folders = folders;
        var slashes = app.Options.Slashes;
        var byHost = endpoints.ToLookup(static endpoint => endpoint.Pattern.Host?.Shape);
        _tree = new RouteTree(byHost[null], slashes);
        if (byHost.Any(static group => group.Key is not null))
        {
            var hosts = from @group in byHost
                        where @group.Key is not null
                        let host = @group.First().Pattern.Host
                        orderby host.ParameterCount, host.Labels.Length descending, host.Shape
                        select (host, new RouteTree(@group, slashes, host.ParameterCount));
            _hosts = new HostRoutes([.. hosts], _tree);
        }
        var logger = app.Provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.Http");
        _log = app.IsDevelopment && logger.IsEnabled(LogLevel.Information) ? new RequestLog(logger, app.Provider.GetRequiredService<TimeProvider>()) : null;
    }

    /// <summary>Serves a request.</summary>
    public ValueTask ServeAsync(HttpConnection http) => _log is null ? AnswerAsync(http) : _log.WatchAsync(http, AnswerAsync);

    /// <summary>Answers a request that another site's page sent to act with a session, unless its endpoint is for such.</summary>
    public ValueTask RefuseAsync(HttpConnection http, ForgeryGuard forgery)
    {
        var request = Rent(http);
        try
        {
            if (Find(http.Method, RoutePath.Of(http), request) is { Route.AllowsOtherOrigins: true })
            {
                Return(http, request, endpoint: null);
                return ServeAsync(http);
            }
        }
        catch (Exception exception)
        {
            return FinishAsync(http, request, endpoint: null, ValueTask.FromException(exception));
        }
        return FinishAsync(http, request, endpoint: null, ValueTask.FromException(forgery.Refusal(http)));
    }

    /// <summary>Serves a WebSocket handshake and what comes of it.</summary>
    public async ValueTask ServeAsync(WebSocketConnection socket)
    {
        var request = new Request(_app);
        request.Begin(socket);
        try
        {
            if (Find(method: null, RoutePath.Of(socket), request) is { } endpoint)
            {
                request.Endpoint = endpoint;
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
            request.Endpoint = endpoint = Find(http.Method, RoutePath.Of(http), request);
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

    private Endpoint? Find(string? method, string path, Request request) =>
        _hosts is null ? _tree.Find(method, path, request) : _hosts.Find(method, path, request);

    private async ValueTask FinishAsync(HttpConnection http, Request request, Endpoint? endpoint, ValueTask pending)
    {
        var failed = false;
        try
        {
            await pending;
        }
        catch (Exception exception)
        {
            failed = true;
            await ((endpoint is null ? _hooks : endpoint.Hooks)?.RecoverAsync(request, exception) ?? _errors.AnswerAsync(request, exception));
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
                // Whoever answered for the failure may have kept something.
                http.IsUnshared &= !failed;
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

    private void Return(HttpConnection http, Request request, Endpoint? endpoint)
    {
        request.End();
        // Of apps in one another the outermost has the last word.
        http.IsUnshared = endpoint is { KeepsConnection: false } && !_app.HasMiddleware;
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
            return _hooks.ServeAsync(request, request => new ValueTask<Response>(Miss(request, out var error) ?? throw error!));
        }
        if (Miss(request, out var problem) is { } response)
        {
            return response.SendAsync(request);
        }
        return _hooks is null ? ErrorBoundary.WriteAsync(request.Http, Problem.Of(problem!)) : _hooks.RecoverAsync(request, problem!);
    }

    /// <summary>Answers a request that found no endpoint, or says what is wrong with it.</summary>
    private Response? Miss(Request request, out HttpError? error)
    {
        error = null;
        var http = request.Http;
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
        var path = RoutePath.Of(http);
        var (methods, socket) = (new SortedSet<string>(StringComparer.Ordinal), false);
        foreach (var tree in _hosts?.For(request) ?? [_tree])
        {
            if (_app.Options.Slashes == SlashPolicy.Redirect && tree.Canonical(http.Method, path) is { } canonical)
            {
                return Response.Redirect(RoutePath.Encode(http.RootPath + canonical) + http.QueryString, status: 308);
            }
            tree.Others(path, methods, ref socket);
        }
        if (methods.Count == 0 && http.Method is not ("GET" or "HEAD") && Array.Exists(_folders, folder => folder.Find(http) is not null))
        {
            methods.Add("GET");
        }
        if (http.Method == "OPTIONS" && (methods.Count > 0 || http.RawTarget == "*"))
        {
            return new EmptyResponse(204, null) { Headers = { ["Allow"] = Allow(methods) } };
        }
        if (methods.Count > 0)
        {
            error = new HttpError(405, $"{http.Path} answers {Allow(methods)}, not {http.Method}.") { Headers = { ["Allow"] = Allow(methods) } };
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

    private static string Allow(SortedSet<string> methods)
    {
        if (methods.Contains("GET"))
        {
            methods.Add("HEAD");
        }
        methods.Add("OPTIONS");
        return string.Join(", ", methods);
    }
}
