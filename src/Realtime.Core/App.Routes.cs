using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime;

public sealed partial class App
{
    /// <summary>
    /// Adds a route for WebSocket handshakes to the same tree as the HTTP routes. It is the door that sockets attach
    /// through; an app author writes <c>app.WebSocket(...)</c>.
    /// </summary>
    /// <param name="pattern">The path: literals, <c>{name}</c>, <c>{id:int}</c>.</param>
    /// <param name="handler">
    /// Answers the handshake and lives with the socket. <see cref="Request.Connection"/> is the <see cref="WebSocketConnection"/>.
    /// </param>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    public Route WebSocketRoute(string pattern, Func<Request, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return WebSocketRoute(pattern, (PathPattern _) => handler);
    }

    /// <inheritdoc cref="WebSocketRoute(string, Func{Request, ValueTask})"/>
    /// <param name="pattern">The path: literals, <c>{name}</c>, <c>{id:int}</c>.</param>
    /// <param name="compile">Makes the handler while the app is built, when the services are known.</param>
    public Route WebSocketRoute(string pattern, Func<PathPattern, Func<Request, ValueTask>> compile)
    {
        ArgumentNullException.ThrowIfNull(compile);
        ThrowIfBuilt();
        var route = new Route(["WebSocket"], PathPattern.Parse(pattern), compile);
        _routes.Add(route);
        return route;
    }
}
