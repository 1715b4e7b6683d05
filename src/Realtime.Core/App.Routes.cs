using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Middleware;
using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime;

public sealed partial class App : RouteMap
{
    private IReadOnlyList<Route>? _routes;
    private readonly List<(string Prefix, string Folder)> _static = [];
    private bool _isDevelopment = "Development".Equals(
        Environment.GetEnvironmentVariable("REALTIME_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT"),
        StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a person is at work on the app: each request is then logged, and a 500 says which exception it was. True where the environment variable
    /// <c>REALTIME_ENVIRONMENT</c>, or without it <c>DOTNET_ENVIRONMENT</c>, is <c>Development</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">On setting: the app has started.</exception>
    public bool IsDevelopment
    {
        get => _isDevelopment;
        set
        {
            ThrowIfBuilt();
            _isDevelopment = value;
        }
    }

    /// <summary>The routes added so far, those of blueprints too, in the order they were added.</summary>
    public IReadOnlyList<Route> Routes => _routes ?? [.. Expand(new RouteScope(this))];

    /// <summary>
    /// Adds a route for WebSocket handshakes to the same tree as the HTTP routes. It is the door that sockets attach
    /// through; an app author writes <c>app.WebSocket(...)</c>.
    /// </summary>
    /// <param name="pattern">The path: literals, <c>{name}</c>, <c>{id:int}</c>.</param>
    /// <param name="handler">
    /// Answers the handshake and lives with the socket. <see cref="Request.Connection"/> is the <see cref="WebSocketConnection"/>.
    /// </param>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
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
        return Add(new Route(
            Realtime.Route.SocketMethods, PathPattern.Parse(pattern), (_, route) => new Endpoint(route, compile(route.Pattern), KeepsRequest: true)));
    }

    /// <summary>
    /// Serves the files of a folder to GET and HEAD, where no route answers: with types, <c>ETag</c> and <c>Last-Modified</c>,
    /// ranges, and <c>index.html</c> for a folder. Hidden files and whatever lies outside the folder do not exist.
    /// </summary>
    /// <param name="prefix">The path the files appear under: <c>/</c> or <c>/assets</c>.</param>
    /// <param name="folder">
    /// The folder: a full path, or one looked for beside the file that was run (<c>dotnet run app.cs</c>), then beside the
    /// program, then below the current directory.
    /// </param>
    /// <exception cref="InvalidOperationException">The app has started. A folder that is missing fails the start.</exception>
    public void Static(string prefix, string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ThrowIfBuilt();
        var pattern = PathPattern.Parse(prefix);
        if (!pattern.IsLiteral)
        {
            throw new ArgumentException($"Static files cannot be served under '{prefix}': their path has no parameters.", nameof(prefix));
        }
        _static.Add((pattern.Shape, folder));
    }

    /// <summary>Makes the address of a route.</summary>
    internal string UrlFor(string rootPath, string name, object? values)
    {
        var route = Routes.FirstOrDefault(route => route.Name == name)
            ?? throw new ArgumentException($"No route is named '{name}': name one with .Named(\"{name}\").", nameof(name));
        return UrlBuilder.Build(route, rootPath, RouteValuesOf(values));
    }

    private static KeyValuePair<string, object?>[] RouteValuesOf(object? values) => values switch
    {
        null => [],
        IEnumerable<KeyValuePair<string, object?>> pairs => [.. pairs],
        IEnumerable<KeyValuePair<string, string>> pairs => [.. pairs.Select(static pair => KeyValuePair.Create(pair.Key, (object?)pair.Value))],
        _ => [.. values.GetType().GetProperties().Select(property => KeyValuePair.Create(property.Name, property.GetValue(values)))],
    };

    private protected override void ThrowIfSealed() => ThrowIfBuilt();

    private Router BuildRouter()
    {
        var scope = new RouteScope(this);
        _routes = [.. Expand(scope)];
        if (_routes.Where(static route => route.Name is not null).GroupBy(static route => route.Name).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException($"Two routes are named '{twice.Key}': {string.Join(" and ", twice)}. Rename one, or register one of their blueprints under another name.");
        }
        var errors = new ErrorBoundary(Provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.Http"), IsDevelopment);
        var hooks = new HookCompiler(this, errors);
        return new Router(
            this,
            [.. _routes.Select(route => route.Compile(this, route).Behind([.. route.Metadata.OfType<LoginGuard>().Select(guard => guard.Compile(this, route.Pattern))]).Within(hooks.ChainFor(route.Scope, route.Pattern, needsLogin: !route.AllowsAnonymous)))],
            hooks.ChainFor(scope, pattern: null),
            errors,
            [.. _static.Select(pair => StaticFolder.Open(pair.Prefix, pair.Folder))]);
    }
}
