using Realtime.Routing;
using Realtime.Sockets;

namespace Realtime;

/// <summary>What sockets add to an <see cref="App"/> and to a <see cref="Blueprint"/>.</summary>
public static class AppSockets
{
    extension(App app)
    {
        /// <summary>
        /// Limits and rules of the app's WebSockets. Change them before the app starts: <c>app.Sockets = app.Sockets with { ... }</c>.
        /// </summary>
        public SocketOptions Sockets
        {
            get => SocketHost.Of(app).Options;
            set
            {
                ArgumentNullException.ThrowIfNull(value);
                value.Validate();
                SocketHost.Of(app).Options = value;
            }
        }

        /// <summary>The app's topics: publish to them from anywhere, hear them, see who is in them.</summary>
        public Topics Topics => TopicsOf(app);

        /// <summary>
        /// Adds topics whose names match a pattern. With the first, the app gets the endpoint <c>/realtime</c>, which carries them all.
        /// </summary>
        /// <param name="pattern">
        /// Parts between colons, each a literal or a capture: <c>room:{name}</c>, or <c>room:{id:int}</c>, which takes only numbers (the types of routes, but for
        /// <c>path</c>). Where several patterns match a name, the one with a literal at the first difference wins, then the one with a type.
        /// </param>
        /// <param name="configure">Says what the topics do.</param>
        /// <exception cref="ArgumentException">The pattern is malformed.</exception>
        /// <exception cref="InvalidOperationException">Another pattern matches the same names.</exception>
        public void Topic(string pattern, Action<TopicBuilder> configure)
        {
            ArgumentNullException.ThrowIfNull(configure);
            TopicsOf(app).Define(pattern, configure);
        }

        /// <summary>
        /// Adds topics whose handlers are the methods of a class: <c>OnJoin</c>, <c>OnJoined</c>, <c>OnLeave</c> and <c>Authorize</c> by their names (each may end in
        /// <c>Async</c>), and whatever has <c>[On("event")]</c>. They take the same parameters as the handlers of the other form. A
        /// <c>public static void Configure(TopicBuilder topic)</c> says the rest: history, presence, limits. No other method may be public.
        /// </summary>
        /// <remarks>
        /// Each call gets a new object of the class, made with the services of a scope that ends (and disposes) with the call: take scoped services in its constructor. What
        /// is to outlive the call belongs to <see cref="Member.State"/> or a service. Who wants another lifetime registers the class in <c>app.Services</c>.
        /// </remarks>
        /// <typeparam name="T">The class.</typeparam>
        /// <param name="pattern">As above: <c>room:{name}</c>, <c>room:{id:int}</c>.</param>
        /// <param name="configure">Says what the class's <c>Configure</c> does not; null for nothing.</param>
        /// <exception cref="ArgumentException">The pattern is malformed.</exception>
        /// <exception cref="InvalidOperationException">Another pattern matches the same names; the class has no handler, two for one event, or a public method that is none.</exception>
        public void Topic<T>(string pattern, Action<TopicBuilder>? configure = null)
            where T : class => TopicsOf(app).Define(pattern, configure, typeof(T));
    }

    extension(RouteMap map)
    {
        /// <summary>Adds a plain WebSocket route.</summary>
        /// <param name="pattern">The path: literals, <c>{name}</c>, <c>{id:int}</c>.</param>
        /// <param name="handler">
        /// Lives with the socket: its parameters are the <see cref="Socket"/>, and as in any route <see cref="Request"/>, route and query values,
        /// services, <see cref="CancellationToken"/> (fires when the peer has gone). The socket is closed when it returns. One that takes a
        /// <see cref="SocketHandshake"/> instead decides itself whether and how to accept, and refuses with a <see cref="Response"/> that it returns.
        /// </param>
        /// <param name="options">Limits and rules of this route; null for <c>app.Sockets</c>.</param>
        /// <returns>The route, for <see cref="Route.RequireLogin(string[])"/> and the like.</returns>
        /// <exception cref="ArgumentException">The pattern is malformed.</exception>
        public Route WebSocket(string pattern, Delegate handler, SocketOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(handler);
            options?.Validate();
            return map.WebSocketRoute(pattern, (app, path) => SocketRoute.Compile(app, path, handler, options), app =>
            {
                var host = SocketHost.Of(app);
                if (options is not null)
                {
                    host.Add(options);
                }
            });
        }
    }

    private static Topics TopicsOf(App app) => app.Extend(static app => new Topics(app));
}
