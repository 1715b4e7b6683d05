namespace Realtime.Routing;

/// <summary>Where a route was added: the app, or a blueprint with what it is registered under.</summary>
/// <param name="Map">The app or the blueprint.</param>
/// <param name="Parent">What the blueprint is registered with; null for the app.</param>
/// <param name="OwnPrefix">The prefix of this registration, without a slash at its end.</param>
/// <param name="OwnName">The name of this registration, or null.</param>
/// <param name="OwnHost">The host of the blueprint, or null.</param>
internal sealed record RouteScope(RouteMap Map, RouteScope? Parent = null, string OwnPrefix = "", string? OwnName = null, string? OwnHost = null)
{
    /// <summary>The prefix of all registrations.</summary>
    public string Prefix { get; } = Parent?.Prefix + OwnPrefix;

    /// <summary>What the names of the routes begin with: <c>shop.notes</c>; null for nothing.</summary>
    public string? Name { get; } = Parent?.Name is { } outer ? OwnName is null ? outer : $"{outer}.{OwnName}" : OwnName;

    /// <summary>This scope, then what is around it, the app last.</summary>
    public IEnumerable<RouteScope> Outwards()
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            yield return scope;
        }
    }

    /// <summary>The pattern of a route added here, with the types that the app knows.</summary>
    public PathPattern PatternOf(string text)
    {
        var types = Outwards().Last().Map.Types;
        var host = Outwards().Select(static scope => scope.OwnHost).OfType<string>().FirstOrDefault() is { } name ? HostPattern.Parse(name, types) : null;
        // The root of a blueprint is its prefix, with or without a slash behind it: both read as its root.
        return text == "/" && Prefix.Length > 0
            ? PathPattern.Parse(Prefix, types, host, isAnySlash: true)
            : PathPattern.Parse(Prefix + text, types, host);
    }

    /// <summary>The full name of a route added here.</summary>
    public string NameOf(string name) => Name is null ? name : $"{Name}.{name}";
}
