namespace Realtime.Routing;

/// <summary>Where a route was added: the app, or a blueprint with what it is registered under.</summary>
/// <param name="Map">The app or the blueprint.</param>
/// <param name="Parent">What the blueprint is registered with; null for the app.</param>
/// <param name="OwnPrefix">The prefix of this registration, without a slash at its end.</param>
/// <param name="OwnName">The name of this registration, or null.</param>
internal sealed record RouteScope(RouteMap Map, RouteScope? Parent = null, string OwnPrefix = "", string? OwnName = null)
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

    /// <summary>The path of a route added here.</summary>
    public string PathOf(string pattern) => Prefix.Length == 0 ? pattern : pattern == "/" ? Prefix : Prefix + pattern;

    /// <summary>The full name of a route added here.</summary>
    public string NameOf(string name) => Name is null ? name : $"{Name}.{name}";
}
