namespace Realtime.Routing;

/// <summary>A place in the route tree: what may follow, from the most specific to the least, and what ends here.</summary>
internal sealed class RouteNode
{
    private (string Method, Endpoint Endpoint)[] _endpoints = [];
    private Dictionary<string, RouteNode>? _literals;
    private Dictionary<string, RouteNode>.AlternateLookup<ReadOnlySpan<char>> _literalSpans;

    /// <summary>The endpoint for WebSocket handshakes, or null.</summary>
    public Endpoint? Socket { get; private set; }

    /// <summary>Typed parameters, in the order of their types' names so that the order of registration says nothing.</summary>
    public (PathConverter Converter, RouteNode Node)[] Typed { get; private set; } = [];

    /// <summary>What follows a parameter of any text.</summary>
    public RouteNode? Text { get; private set; }

    /// <summary>What takes the rest of the path.</summary>
    public RouteNode? Rest { get; private set; }

    public IEnumerable<string> Methods => _endpoints.Select(static pair => pair.Method);

    public bool TryLiteral(ReadOnlySpan<char> segment, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RouteNode? node)
    {
        node = null;
        return _literals is not null && _literalSpans.TryGetValue(segment, out node);
    }

    /// <summary>The endpoint for a method, that of GET for HEAD, or null.</summary>
    public Endpoint? Find(string method)
    {
        foreach (var (known, endpoint) in _endpoints)
        {
            if (known == method)
            {
                return endpoint;
            }
        }
        return method == "HEAD" ? Find("GET") : null;
    }

    public RouteNode Child(PathSegment segment)
    {
        if (segment.Converter is not { } converter)
        {
            if (_literals is null)
            {
                _literals = new Dictionary<string, RouteNode>(StringComparer.Ordinal);
                _literalSpans = _literals.GetAlternateLookup<ReadOnlySpan<char>>();
            }
            return _literals.TryGetValue(segment.Text, out var literal) ? literal : _literals[segment.Text] = new RouteNode();
        }
        if (segment.IsRest)
        {
            return Rest ??= new RouteNode();
        }
        if (ReferenceEquals(converter, PathConverter.Text))
        {
            return Text ??= new RouteNode();
        }
        if (Array.Find(Typed, typed => typed.Converter.Name == converter.Name).Node is { } existing)
        {
            return existing;
        }
        var node = new RouteNode();
        Typed = [.. Typed.Append((converter, node)).OrderBy(static typed => typed.Item1.Name, StringComparer.Ordinal)];
        return node;
    }

    public void End(Endpoint endpoint)
    {
        if (endpoint.Route.IsSocket)
        {
            Socket = Socket is null ? endpoint : throw Collision(Socket.Route, endpoint.Route);
            return;
        }
        foreach (var method in endpoint.Route.Methods)
        {
            if (Array.Find(_endpoints, pair => pair.Method == method).Endpoint is { } other)
            {
                throw Collision(other.Route, endpoint.Route);
            }
            _endpoints = [.. _endpoints, (method, endpoint)];
        }
    }

    private static InvalidOperationException Collision(Route first, Route second) => new(
        $"Two routes answer the same requests: {first} and {second}. Change the path or the method of one, or remove it.");
}
