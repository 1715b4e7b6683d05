using System.Collections.Frozen;

namespace Realtime.Routing;

/// <summary>
/// Finds the endpoint for a method and a path. At every segment a literal goes before a typed parameter, that before a
/// plain one, and that before the rest of the path; where a choice leads nowhere the next one is tried.
/// </summary>
internal sealed class RouteTree
{
    private readonly RouteNode _root = new();
    private readonly FrozenDictionary<string, RouteNode> _literals;
    private readonly int _mostParameters;

    public RouteTree(IEnumerable<Endpoint> endpoints)
    {
        var literals = new Dictionary<string, RouteNode>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            var node = _root;
            foreach (var segment in endpoint.Pattern.Segments)
            {
                node = node.Child(segment);
            }
            node.End(endpoint);
            _mostParameters = Math.Max(_mostParameters, endpoint.Pattern.Parameters.Count);
            if (endpoint.Pattern.IsLiteral)
            {
                literals[endpoint.Pattern.Shape] = node;
            }
        }
        _literals = literals.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Finds an endpoint and leaves the captured values with the request.</summary>
    /// <param name="method">The method; null for a WebSocket handshake.</param>
    /// <param name="path">The decoded path.</param>
    /// <param name="request">Where the captures go.</param>
    public Endpoint? Find(string? method, string path, Request request)
    {
        // A path without parameters is as specific as can be, so no walk can find better.
        if (_literals.TryGetValue(path, out var literal) && End(literal, method) is { } exact)
        {
            return exact;
        }
        if (path is not ['/', ..])
        {
            return null;
        }
        var endpoint = Walk(_root, method, path, 1, 0, request.CapturesFor(path, _mostParameters));
        if (endpoint is not null)
        {
            request.Matched(endpoint.Pattern);
        }
        return endpoint;
    }

    /// <summary>What else a path answers: for the requests that found nothing.</summary>
    public (SortedSet<string> Methods, bool Socket) Others(string path)
    {
        var methods = new SortedSet<string>(StringComparer.Ordinal);
        var socket = false;
        if (path is ['/', ..])
        {
            Collect(_root, path, 1, methods, ref socket);
        }
        if (methods.Contains("GET"))
        {
            methods.Add("HEAD");
        }
        if (methods.Count > 0)
        {
            methods.Add("OPTIONS");
        }
        return (methods, socket);
    }

    private static Endpoint? End(RouteNode node, string? method) => method is null ? node.Socket : node.Find(method);

    private static Endpoint? Walk(RouteNode node, string? method, ReadOnlySpan<char> path, int start, int captured, Span<(int Start, int Length)> captures)
    {
        if (start >= path.Length)
        {
            return End(node, method);
        }
        var segment = Segment(path, start, out var next);
        if (node.TryLiteral(segment, out var literal) && Walk(literal, method, path, next, captured, captures) is { } found)
        {
            return found;
        }
        if (segment.IsEmpty)
        {
            return null;
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
        if (node.Rest is { } rest && End(rest, method) is { } last)
        {
            captures[captured] = (start, path.Length - start);
            return last;
        }
        return null;
    }

    private static void Collect(RouteNode node, ReadOnlySpan<char> path, int start, SortedSet<string> methods, ref bool socket)
    {
        if (start >= path.Length)
        {
            Note(node, methods, ref socket);
            return;
        }
        var segment = Segment(path, start, out var next);
        if (node.TryLiteral(segment, out var literal))
        {
            Collect(literal, path, next, methods, ref socket);
        }
        if (segment.IsEmpty)
        {
            return;
        }
        foreach (var (converter, child) in node.Typed)
        {
            if (converter.Matches(segment))
            {
                Collect(child, path, next, methods, ref socket);
            }
        }
        if (node.Text is { } text)
        {
            Collect(text, path, next, methods, ref socket);
        }
        if (node.Rest is { } rest)
        {
            Note(rest, methods, ref socket);
        }
    }

    private static void Note(RouteNode node, SortedSet<string> methods, ref bool socket)
    {
        methods.UnionWith(node.Methods);
        socket |= node.Socket is not null;
    }

    private static ReadOnlySpan<char> Segment(ReadOnlySpan<char> path, int start, out int next)
    {
        var rest = path[start..];
        var length = rest.IndexOf('/');
        if (length < 0)
        {
            next = path.Length;
            return rest;
        }
        next = start + length + 1;
        return rest[..length];
    }
}
