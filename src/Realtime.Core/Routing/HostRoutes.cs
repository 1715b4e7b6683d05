namespace Realtime.Routing;

/// <summary>The routes of an app that answers more than one host: those of the most specific host go first, those of any host last.</summary>
/// <param name="hosts">The hosts, from the most specific to the least.</param>
/// <param name="any">The routes of any host.</param>
internal sealed class HostRoutes((HostPattern Host, RouteTree Tree)[] hosts, RouteTree any)
{
    // A name in the domain name system has no more labels than this.
    private const int MostLabels = 128;

    public Endpoint? Find(string? method, string path, Request request)
    {
        var name = NameOf(request);
        Span<(int, int)> captures = stackalloc (int, int)[MostLabels];
        foreach (var (host, tree) in hosts)
        {
            if (host.Matches(name, captures)
                && (host.ParameterCount == 0 ? tree.Find(method, path, request) : tree.Find(method, name + path, name.Length, host, request)) is { } found)
            {
                return found;
            }
        }
        return any.Find(method, path, request);
    }

    /// <summary>The trees that a request may find something in, in order.</summary>
    public IEnumerable<RouteTree> For(Request request)
    {
        var name = NameOf(request);
        return [.. hosts.Where(pair => pair.Host.Matches(name, new (int, int)[MostLabels])).Select(static pair => pair.Tree), any];
    }

    /// <summary>The host that a request asks for, in lower case and without its port.</summary>
    private static string NameOf(Request request)
    {
        var name = request.Connection.Host.AsSpan();
        var port = name.LastIndexOf(':');
        if (port > name.LastIndexOf(']'))
        {
            name = name[..port];
        }
        return name.Length > 255 ? "" : name.TrimEnd('.').ToString().ToLowerInvariant();
    }
}
