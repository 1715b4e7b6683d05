namespace Realtime.Routing;

/// <summary>A place in the route tree: what may follow, from the most specific to the least, and what ends here.</summary>
internal sealed class RouteNode
{
    private (string Method, Endpoint Endpoint)[] _endpoints = [];
    private Dictionary<string, RouteNode>? _literals;
    private Dictionary<string, RouteNode>.AlternateLookup<ReadOnlySpan<char>> _literalSpans;

    /// <summary>The endpoint for WebSocket handshakes, or null.</summary>
    public Endpoint? Socket { get; private set; }

    /// <summary>The application that takes whatever nothing else does from here on, or null.</summary>
    public Endpoint? Mount { get; private set; }

    /// <summary>Segments of text and parameters, those with the most text first.</summary>
    public (PathSegment Segment, int Parameters, RouteNode Node)[] Mixed { get; private set; } = [];

    /// <summary>Typed parameters, in an order that depends on the types alone so that the order of registration says nothing.</summary>
    public (PathConverter Converter, RouteNode Node)[] Typed { get; private set; } = [];

    /// <summary>What follows a parameter of any text.</summary>
    public RouteNode? Text { get; private set; }

    /// <summary>What takes the rest of the path, or all up to what follows it.</summary>
    public (PathConverter Converter, RouteNode Node)[] Rest { get; private set; } = [];

    /// <summary>Whether anything can follow.</summary>
    public bool HasChildren => _literals is not null || Mixed.Length > 0 || Typed.Length > 0 || Text is not null || Mount is not null;

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
        if (segment.IsMixed)
        {
            return MixedChild(segment);
        }
        if (segment.Converter is not { } converter)
        {
            if (_literals is null)
            {
                _literals = new Dictionary<string, RouteNode>(StringComparer.Ordinal);
                _literalSpans = _literals.GetAlternateLookup<ReadOnlySpan<char>>();
            }
            return _literals.TryGetValue(segment.Text, out var literal) ? literal : _literals[segment.Text] = new RouteNode();
        }
        if (segment.IsText)
        {
            return Text ??= new RouteNode();
        }
        var siblings = segment.IsRest ? Rest : Typed;
        if (Array.Find(siblings, typed => typed.Converter.Name == converter.Name).Node is { } existing)
        {
            return existing;
        }
        var node = new RouteNode();
        siblings =
        [
            .. siblings.Append((converter, node))
                .OrderBy(static typed => typed.Item1.Weight)
                .ThenByDescending(static typed => (typed.Item1 as LimitedPathConverter)?.Count ?? 0)
                .ThenBy(static typed => typed.Item1.Name, StringComparer.Ordinal),
        ];
        if (segment.IsRest)
        {
            Rest = siblings;
        }
        else
        {
            Typed = siblings;
        }
        return node;
    }

    public void End(Endpoint endpoint)
    {
        if (endpoint.Route.IsMount)
        {
            Mount = Mount is null ? endpoint : throw Collision(Mount.Route, endpoint.Route);
            return;
        }
        if (endpoint.Route.IsSocket)
        {
            Socket = Socket is null ? endpoint : throw Collision(Socket.Route, endpoint.Route);
            return;
        }
        foreach (var method in endpoint.Methods)
        {
            if (Array.Find(_endpoints, pair => pair.Method == method).Endpoint is { } other)
            {
                throw Collision(other.Route, endpoint.Route);
            }
            _endpoints = [.. _endpoints, (method, endpoint)];
        }
    }

    private RouteNode MixedChild(PathSegment segment)
    {
        if (Array.Find(Mixed, mixed => mixed.Segment.Shape == segment.Shape).Node is { } existing)
        {
            return existing;
        }
        var node = new RouteNode();
        Mixed =
        [
            .. Mixed.Append((segment, segment.Parameters.Count(), node))
                .OrderByDescending(static mixed => mixed.Item1.Parts.Where(static part => !part.IsParameter).Sum(static part => part.Text.Length))
                .ThenBy(static mixed => mixed.Item1.Parts.Where(static part => part.IsParameter).Min(static part => part.Converter!.Weight))
                .ThenBy(static mixed => mixed.Item1.Shape, StringComparer.Ordinal),
        ];
        return node;
    }

    private static InvalidOperationException Collision(Route first, Route second) => new(
        $"Two routes answer the same requests: {first} and {second}. Change the path or the method of one, or remove it.");
}
