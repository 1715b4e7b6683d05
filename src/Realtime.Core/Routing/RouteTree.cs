namespace Realtime.Routing;

/// <summary>
/// Finds the endpoint for a method and a path. At every segment a literal goes before text with parameters, that before a typed
/// parameter, that before a plain one, that before the rest of the path, and an application mounted there comes last; where a choice
/// leads nowhere the next one is tried.
/// </summary>
internal sealed class RouteTree
{
    private readonly RouteNode _root = new();
    private readonly LiteralPaths _literals;
    private readonly SlashPolicy _slashes;
    private readonly string[] _methods;
    private readonly int _hostParameters;
    private readonly int _mostParameters;
    private readonly bool _hasOptional;

    /// <summary>Makes a tree.</summary>
    /// <param name="endpoints">The endpoints, of one host or of any.</param>
    /// <param name="slashes">What becomes of a path whose slashes are not those of the pattern.</param>
    /// <param name="hostParameters">How many parameters their host has.</param>
    public RouteTree(IEnumerable<Endpoint> endpoints, SlashPolicy slashes, int hostParameters = 0)
    {
        _slashes = slashes;
        _hostParameters = hostParameters;
        var literals = new Dictionary<string, RouteNode>(StringComparer.Ordinal);
        var methods = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            var pattern = endpoint.Pattern;
            var node = _root;
            foreach (var segment in pattern.Segments)
            {
                if (segment.IsOptional)
                {
                    node.End(endpoint);
                    _hasOptional = true;
                }
                node = node.Child(segment);
            }
            node.End(endpoint);
            _mostParameters = Math.Max(_mostParameters, pattern.Parameters.Count);
            methods.UnionWith(endpoint.Route.IsSocket || endpoint.Route.IsMount ? [] : endpoint.Methods);
            // A path that is as its pattern wants it is found at once; the others are looked at more closely.
            if (pattern.IsLiteral && !endpoint.Route.IsMount)
            {
                Array.ForEach(pattern.Slash switch
                {
                    _ when pattern.Segments.Count == 0 => ["/"],
                    SlashEnd.No => [pattern.Shape],
                    SlashEnd.Yes => [pattern.Shape + "/"],
                    _ => (string[])[pattern.Shape, pattern.Shape + "/"],
                }, path => literals[path] = node);
            }
        }
        _methods = [.. methods];
        _literals = new LiteralPaths(literals);
    }

    /// <summary>Finds an endpoint and leaves the captured values with the request.</summary>
    /// <param name="method">The method; null for a WebSocket handshake.</param>
    /// <param name="path">The decoded path (<see cref="RoutePath"/>).</param>
    /// <param name="request">Where the captures go.</param>
    public Endpoint? Find(string? method, string path, Request request)
    {
        // A path without parameters is as specific as can be, so no walk can find better.
        if (_literals.Find(path) is { } literal && End(literal, method) is { } exact)
        {
            return exact;
        }
        if (path is not ['/', ..])
        {
            return null;
        }
        return Find(method, path, 1, request.CapturesFor(path, _mostParameters))
            ?? (_slashes == SlashPolicy.Ignore && RoutePath.Merge(path) is var merged && merged != path ? Find(method, merged, request) : null);
    }

    /// <summary>Finds an endpoint of a host with parameters.</summary>
    /// <param name="method">The method; null for a WebSocket handshake.</param>
    /// <param name="path">The host, and behind it the path.</param>
    /// <param name="start">Where the path begins.</param>
    /// <param name="host">The host, whose parameters come first.</param>
    /// <param name="request">Where the captures go.</param>
    public Endpoint? Find(string? method, string path, int start, HostPattern host, Request request)
    {
        var captures = request.CapturesFor(path, _mostParameters);
        if (Find(method, path, start + 1, captures) is not { } endpoint)
        {
            return null;
        }
        host.Matches(path.AsSpan(0, start), captures);
        return endpoint;
    }

    /// <summary>What else a path answers: for the requests that found nothing.</summary>
    public void Others(string path, SortedSet<string> methods, ref bool socket)
    {
        if (path is not ['/', ..])
        {
            return;
        }
        Span<(int, int)> captures = new (int, int)[_mostParameters];
        foreach (var method in _methods)
        {
            if (Walk(_root, method, path, 1, _hostParameters, captures) is { } endpoint && (_slashes != SlashPolicy.Strict || IsCanonical(endpoint, path)))
            {
                methods.Add(method);
            }
        }
        socket |= Walk(_root, null, path, 1, _hostParameters, captures) is not null;
    }

    /// <summary>The path that a request should have asked for instead, whose slashes are those of a pattern; null where there is none.</summary>
    public string? Canonical(string method, string path)
    {
        var merged = RoutePath.Merge(path);
        if (merged is not ['/', ..] || Walk(_root, method, merged, 1, _hostParameters, new (int, int)[_mostParameters]) is not { } endpoint)
        {
            return null;
        }
        var canonical = endpoint.Pattern.Slash switch
        {
            SlashEnd.Yes when merged[^1] != '/' => merged + "/",
            SlashEnd.No when merged[^1] == '/' && merged.Length > 1 => merged[..^1],
            _ => merged,
        };
        return canonical == path ? null : canonical;
    }

    private Endpoint? Find(string? method, ReadOnlySpan<char> path, int start, Span<(int Start, int Length)> captures)
    {
        if (_hasOptional)
        {
            captures.Clear();
        }
        var endpoint = Walk(_root, method, path, start, _hostParameters, captures);
        return endpoint is not null && (_slashes == SlashPolicy.Ignore || IsCanonical(endpoint, path)) ? endpoint : null;
    }

    // Whoever opens a WebSocket follows no redirect.
    private static bool IsCanonical(Endpoint endpoint, ReadOnlySpan<char> path) =>
        endpoint.Pattern.Slash == SlashEnd.Any || endpoint.Pattern.Slash == SlashEnd.Yes == (path[^1] == '/') || endpoint.Route.IsSocket || endpoint.Route.IsMount;

    private static Endpoint? End(RouteNode node, string? method) => method is null ? node.Socket : node.Find(method);

    private static Endpoint? Walk(RouteNode node, string? method, ReadOnlySpan<char> path, int start, int captured, Span<(int Start, int Length)> captures)
    {
        if (start >= path.Length)
        {
            return End(node, method) ?? node.Mount;
        }
        var length = path[start..].IndexOf('/');
        var end = length < 0 ? path.Length : start + length;
        var next = length < 0 ? end : end + 1;
        var segment = path[start..end];
        if (node.TryLiteral(segment, out var literal) && Walk(literal, method, path, next, captured, captures) is { } found)
        {
            return found;
        }
        if (segment.IsEmpty)
        {
            return node.Mount;
        }
        foreach (var (mixed, parameters, child) in node.Mixed)
        {
            if (mixed.Matches(path, start, end, captures[captured..]))
            {
                if (Walk(child, method, path, next, captured + parameters, captures) is { } within)
                {
                    return within;
                }
                captures[captured..].Clear();
            }
        }
        foreach (var (converter, child) in node.Typed)
        {
            if (converter.Matches(segment) && Walk(child, method, path, next, captured + 1, captures) is { } typed)
            {
                captures[captured] = (start, segment.Length);
                return typed;
            }
        }
        if (node.Text is { } text && Walk(text, method, path, next, captured + 1, captures) is { } plain)
        {
            captures[captured] = (start, segment.Length);
            return plain;
        }
        foreach (var (converter, rest) in node.Rest)
        {
            if (Rest(converter, rest, method, path, start, captured, captures) is { } last)
            {
                return last;
            }
        }
        return node.Mount;
    }

    private static Endpoint? Rest(PathConverter converter, RouteNode rest, string? method, ReadOnlySpan<char> path, int start, int captured, Span<(int Start, int Length)> captures)
    {
        if (rest.HasChildren)
        {
            // What follows may follow each slash in turn; there is one such parameter in a pattern, so this never nests.
            for (var end = NextSlash(path, start); end + 1 < path.Length; end = NextSlash(path, end + 1))
            {
                if (Walk(rest, method, path, end + 1, captured + 1, captures) is { } found && converter.Matches(path[start..end]))
                {
                    captures[captured] = (start, end - start);
                    return found;
                }
            }
        }
        if (End(rest, method) is { } last && converter.Matches(path[start..]))
        {
            captures[captured] = (start, path.Length - start);
            return last;
        }
        return null;
    }

    private static int NextSlash(ReadOnlySpan<char> path, int start) => path[start..].IndexOf('/') is >= 0 and var length ? start + length : path.Length;
}
