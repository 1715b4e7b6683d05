using System.Collections.ObjectModel;
using Realtime.Routing;

namespace Realtime;

public sealed partial class Request
{
    private string _routePath = "";
    private (int Start, int Length)[] _captures = [];
    private ReadOnlyDictionary<string, string>? _routeValues;

    /// <summary>The route that answers, or null where none does.</summary>
    public Route? Route => Endpoint?.Route;

    /// <summary>The values of the path's parameters, by name, and of the host's; one that is optional and missing is not among them.</summary>
    public IReadOnlyDictionary<string, string> RouteValues => _routeValues ??= ReadRouteValues();

    /// <summary>Makes the address of a route, below where the app is mounted.</summary>
    /// <param name="name">
    /// The name given to the route with <see cref="Route.Named"/>, with its blueprint's in front: <c>notes.read</c>. With a dot in front, <c>.read</c>, it is a route of
    /// the blueprint that answers this request, and the parameters of the path that are not given are those of this request.
    /// </param>
    /// <param name="values">
    /// The path's parameters, as the properties of an object (<c>new { id = 5 }</c>) or a dictionary; what the path does not
    /// take becomes the query, a list as one value after another, null not at all. Null for none.
    /// </param>
    /// <param name="fragment">What stands behind the number sign, or null.</param>
    /// <param name="absolute">
    /// Whether scheme and host stand in front, as this request had them. They do in any case where the route is of another host.
    /// </param>
    /// <exception cref="ArgumentException">No route has this name, or a parameter is missing or does not fit.</exception>
    public string UrlFor(string name, object? values = null, string? fragment = null, bool absolute = false) =>
        _app.Urls.Build(new UrlRequest(name, values, fragment, absolute), this);

    /// <summary>What answers, or null where nothing does.</summary>
    internal Endpoint? Endpoint { get; set; }

    /// <summary>The pattern of the route that matched, or null where none did.</summary>
    internal PathPattern? Pattern => Endpoint?.Pattern;

    /// <summary>Makes room for a route's captures; the router fills it while it walks.</summary>
    internal Span<(int Start, int Length)> CapturesFor(string path, int most)
    {
        _routePath = path;
        if (_captures.Length < most)
        {
            _captures = new (int, int)[most];
        }
        return _captures;
    }

    /// <summary>Whether the path has the parameter, which may be optional.</summary>
    internal bool HasRouteValue(int index) => _captures[index].Length > 0;

    /// <summary>A captured value, decoded.</summary>
    internal string RouteText(int index) => RoutePath.Text(Captured(index));

    /// <inheritdoc cref="RouteText"/>
    internal ReadOnlySpan<char> RouteSpan(int index)
    {
        var text = Captured(index);
        return text.Contains(RoutePath.Slash) ? RoutePath.Text(text) : text;
    }

    private ReadOnlySpan<char> Captured(int index)
    {
        var (start, length) = _captures[index];
        return _routePath.AsSpan(start, length);
    }

    private ReadOnlyDictionary<string, string> ReadRouteValues()
    {
        _ = Connection;
        if (Pattern is not { Parameters.Count: > 0 } pattern)
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < pattern.Parameters.Count; index++)
        {
            if (HasRouteValue(index))
            {
                values[pattern.Parameters[index]] = RouteText(index);
            }
        }
        return new ReadOnlyDictionary<string, string>(values);
    }

    private void EndRoute()
    {
        _routePath = "";
        Endpoint = null;
        _routeValues = null;
    }
}
