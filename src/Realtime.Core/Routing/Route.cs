using Realtime.Routing;

namespace Realtime;

/// <summary>One route of an app or a blueprint: which methods and paths it answers, and under which name it is found.</summary>
public sealed partial class Route
{
    private readonly Route? _original;
    private readonly RouteScope? _scope;
    private readonly List<RouteHandler> _handlers = [];
    private string? _name;

    internal Route(IReadOnlyList<string> methods, PathPattern pattern, Func<App, Route, IEnumerable<Endpoint>> compile)
    {
        Methods = methods;
        Pattern = pattern;
        Compile = compile;
        Metadata = [];
    }

    private Route(Route original, RouteScope scope)
        : this(original.Methods, scope.PatternOf(original.Pattern.Text), original.Compile)
    {
        _original = original;
        _scope = scope;
        Prepare = original.Prepare;
        Metadata = original.Metadata;
    }

    /// <summary>The methods it answers, in upper case; <c>WebSocket</c> for a route of handshakes, <c>Mount</c> for an application under a path.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>Its path: below the blueprint's prefix where it was added to one, and the whole of it among <see cref="App.Routes"/>.</summary>
    public PathPattern Pattern { get; }

    /// <summary>The name it is found under by <c>UrlFor</c>, or null; among <see cref="App.Routes"/> with its blueprint's in front.</summary>
    public string? Name => _original is null ? _name : _original.Name is { } name ? _scope!.NameOf(name) : null;

    /// <summary>What extensions want to know about the route, one object of each type: who may call it, how it is described. Empty unless they added something.</summary>
    public IList<object> Metadata { get; }

    /// <summary>What its handlers are: one, or one for each method of a class. None for a WebSocket's, and for any before the app is built.</summary>
    public IReadOnlyList<RouteHandler> Handlers => _handlers;

    /// <summary>Whether it answers WebSocket handshakes.</summary>
    internal bool IsSocket => ReferenceEquals(Methods, SocketMethods);

    /// <summary>Where it was added; known among an app's routes.</summary>
    internal RouteScope Scope => _scope ?? throw new InvalidOperationException($"The route {this} is not part of an app yet.");

    /// <summary>Whether it is an application within this one, which answers everything under its path.</summary>
    internal bool IsMount => ReferenceEquals(Methods, MountMethods);

    internal static IReadOnlyList<string> SocketMethods { get; } = ["WebSocket"];

    internal static IReadOnlyList<string> MountMethods { get; } = ["Mount"];

    /// <summary>What it needs before the app's services are built; null for nothing.</summary>
    internal Action<App>? Prepare { get; init; }

    internal Func<App, Route, IEnumerable<Endpoint>> Compile { get; }

    /// <summary>Names the route.</summary>
    /// <param name="name">A name that no other route of the app, or of the blueprint, has.</param>
    /// <returns>The route.</returns>
    public Route Named(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (_original ?? this)._name = name;
        return this;
    }

    /// <summary>The route as it reads in messages: <c>GET /add/{a:int}</c>.</summary>
    public override string ToString() => $"{string.Join(", ", Methods)} {Pattern}";

    /// <summary>Notes what a handler of the route is.</summary>
    internal void Add(RouteHandler handler) => _handlers.Add(handler);

    /// <summary>The route as a part of an app.</summary>
    internal Route In(RouteScope scope) => new(this, scope);
}
