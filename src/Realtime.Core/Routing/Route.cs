using Realtime.Routing;

namespace Realtime;

/// <summary>One route of an app: which methods and paths it answers, and under which name it is found.</summary>
public sealed class Route
{
    internal Route(IReadOnlyList<string> methods, PathPattern pattern, Func<App, Route, Endpoint> compile)
    {
        Methods = methods;
        Pattern = pattern;
        Compile = compile;
    }

    /// <summary>The methods it answers, in upper case; <c>WebSocket</c> for a route of handshakes.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>Its path.</summary>
    public PathPattern Pattern { get; }

    /// <summary>The name it is found under by <c>UrlFor</c>, or null.</summary>
    public string? Name { get; private set; }

    /// <summary>Whether it answers WebSocket handshakes.</summary>
    internal bool IsSocket => ReferenceEquals(Methods, SocketMethods);

    internal static IReadOnlyList<string> SocketMethods { get; } = ["WebSocket"];

    internal Func<App, Route, Endpoint> Compile { get; }

    /// <summary>Names the route.</summary>
    /// <param name="name">A name that no other route of the app has.</param>
    /// <returns>The route.</returns>
    public Route Named(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        return this;
    }

    /// <summary>The route as it reads in messages: <c>GET /add/{a:int}</c>.</summary>
    public override string ToString() => $"{string.Join(", ", Methods)} {Pattern}";
}
