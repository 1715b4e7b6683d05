namespace Realtime.Routing;

public abstract partial class RouteMap
{
    /// <summary>
    /// Adds a route for WebSocket handshakes to the same tree as the HTTP routes. It is the door that sockets attach
    /// through; an app author writes <c>app.WebSocket(...)</c>.
    /// </summary>
    /// <param name="pattern">The path: literals, <c>{name}</c>, <c>{id:int}</c>.</param>
    /// <param name="handler">
    /// Answers the handshake and lives with the socket. <see cref="Request.Connection"/> is the <see cref="Protocol.WebSocketConnection"/>.
    /// </param>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public Route WebSocketRoute(string pattern, Func<Request, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return WebSocketRoute(pattern, (_, _) => handler);
    }

    /// <inheritdoc cref="WebSocketRoute(string, Func{Request, ValueTask})"/>
    /// <param name="pattern">The path: literals, <c>{name}</c>, <c>{id:int}</c>.</param>
    /// <param name="compile">Makes the handler while the app is built, when the services are known.</param>
    public Route WebSocketRoute(string pattern, Func<PathPattern, Func<Request, ValueTask>> compile)
    {
        ArgumentNullException.ThrowIfNull(compile);
        return WebSocketRoute(pattern, (_, path) => compile(path));
    }

    /// <inheritdoc cref="WebSocketRoute(string, Func{Request, ValueTask})"/>
    /// <param name="pattern">The path: literals, <c>{name}</c>, <c>{id:int}</c>.</param>
    /// <param name="compile">Makes the handler while the app is built, when the services are known.</param>
    /// <param name="prepare">Adds what the handler needs to the app, before its services are built; null for nothing. A blueprint learns only then of its app.</param>
    public Route WebSocketRoute(string pattern, Func<App, PathPattern, Func<Request, ValueTask>> compile, Action<App>? prepare = null)
    {
        ArgumentNullException.ThrowIfNull(compile);
        return Add(new Route(
            Realtime.Route.SocketMethods,
            PathPattern.Parse(pattern, Types),
            (app, route) => [new Endpoint(route, route.Methods, compile(app, route.Pattern), KeepsRequest: true)])
        { Prepare = prepare });
    }
}
