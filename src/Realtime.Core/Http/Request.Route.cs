using System.Collections.ObjectModel;
using Realtime.Routing;

namespace Realtime;

public sealed partial class Request
{
    private string _routePath = "";
    private (int Start, int Length)[] _captures = [];
    private PathPattern? _pattern;
    private ReadOnlyDictionary<string, string>? _routeValues;

    /// <summary>The values of the path's parameters, by name.</summary>
    public IReadOnlyDictionary<string, string> RouteValues => _routeValues ??= ReadRouteValues();

    /// <summary>Makes the address of a route, below where the app is mounted.</summary>
    /// <param name="name">The name given to the route with <see cref="Route.Named"/>.</param>
    /// <param name="values">
    /// The path's parameters, as the properties of an object (<c>new { id = 5 }</c>) or a dictionary; what the path does not
    /// take becomes the query. Null for none.
    /// </param>
    /// <exception cref="ArgumentException">No route has this name, or a parameter is missing or does not fit.</exception>
    public string UrlFor(string name, object? values = null) => _app.UrlFor(Connection.RootPath, name, values);

    /// <summary>The pattern of the route that matched, or null where none did.</summary>
    internal PathPattern? Pattern => _pattern;

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

    internal void Matched(PathPattern pattern) => _pattern = pattern;

    /// <summary>A captured value that came percent-decoded but for its slashes, as text.</summary>
    internal string RouteText(int index)
    {
        var text = Captured(index);
        // A server leaves %2F alone because it would split the path; inside a value it is only a slash.
        return text.Contains("%2F", StringComparison.OrdinalIgnoreCase)
            ? text.ToString().Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)
            : text.ToString();
    }

    internal ReadOnlySpan<char> RouteSpan(int index)
    {
        var text = Captured(index);
        return text.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? RouteText(index) : text;
    }

    private ReadOnlySpan<char> Captured(int index)
    {
        var (start, length) = _captures[index];
        return _routePath.AsSpan(start, length);
    }

    private ReadOnlyDictionary<string, string> ReadRouteValues()
    {
        _ = Connection;
        if (_pattern is not { Parameters.Count: > 0 } pattern)
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < pattern.Parameters.Count; index++)
        {
            values[pattern.Parameters[index]] = RouteText(index);
        }
        return new ReadOnlyDictionary<string, string>(values);
    }

    private void EndRoute()
    {
        _routePath = "";
        _pattern = null;
        _routeValues = null;
    }
}
