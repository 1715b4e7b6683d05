namespace Realtime.Routing;

public abstract partial class RouteMap
{
    // Routes and blueprints in the order they were added.
    private readonly List<(Route? Route, Registration? Registration)> _entries = [];

    /// <summary>Adds the routes of a blueprint, with its hooks and error handlers, also those that are added to it later.</summary>
    /// <param name="blueprint">The blueprint. It can be registered more than once, under other prefixes and names.</param>
    /// <param name="prefix">The path its routes appear under; null for the blueprint's own.</param>
    /// <param name="name">What the names of its routes begin with; null for the blueprint's own.</param>
    /// <exception cref="ArgumentException">The prefix is malformed, or the blueprint is part of itself.</exception>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void Register(Blueprint blueprint, string? prefix = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        ThrowIfSealed();
        if (blueprint.Holds(this))
        {
            throw new ArgumentException($"The blueprint '{blueprint.Name}' would become a part of itself: register it elsewhere.", nameof(blueprint));
        }
        _entries.Add((null, new Registration(blueprint, prefix is null ? blueprint.Prefix : Blueprint.PrefixOf(prefix), name ?? blueprint.Name)));
    }

    /// <summary>
    /// A part of the app for the requests that ask for a host: <c>app.Host("api.example.com").Get(…)</c>, <c>app.Host("{tenant}.example.com")</c>, whose value its handlers
    /// can take. The routes of the most specific host go first, those of no host last.
    /// </summary>
    /// <param name="pattern">The host: labels between dots, each a literal or a parameter. Case and port make no difference.</param>
    /// <returns>The part, which is registered already.</returns>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public Blueprint Host(string pattern)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        var blueprint = new Blueprint(host: pattern);
        Register(blueprint);
        return blueprint;
    }

    /// <summary>Whether this is the other, or the other is registered within it.</summary>
    internal bool Holds(RouteMap other) => ReferenceEquals(this, other) || _entries.Exists(entry => entry.Registration?.Blueprint.Holds(other) is true);

    /// <summary>Every route, those of blueprints with their prefix and their name.</summary>
    internal IEnumerable<Route> Expand(RouteScope scope)
    {
        foreach (var (route, registration) in _entries)
        {
            if (route is not null)
            {
                yield return route.In(scope);
            }
            else
            {
                foreach (var inner in registration!.Blueprint.Expand(new RouteScope(registration.Blueprint, scope, registration.Prefix, registration.Name, registration.Blueprint.HostName)))
                {
                    yield return inner;
                }
            }
        }
    }

    private protected Route Add(Route route)
    {
        ThrowIfSealed();
        _entries.Add((route, null));
        return route;
    }

    private sealed record Registration(Blueprint Blueprint, string Prefix, string? Name);
}
