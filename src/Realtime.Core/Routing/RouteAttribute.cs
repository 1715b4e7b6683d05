namespace Realtime;

/// <summary>Makes a method of a class a route, where the class is added with <see cref="Routing.RouteMap.RoutesOf{T}"/>.</summary>
/// <param name="pattern">The path, as for <see cref="Routing.RouteMap.Get"/>.</param>
/// <param name="methods">The methods it answers, in any case.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public class RouteAttribute(string pattern, params string[] methods) : Attribute
{
    /// <summary>The path.</summary>
    public string Pattern { get; } = pattern;

    /// <summary>The methods it answers.</summary>
    public IReadOnlyList<string> Methods { get; } = methods;

    /// <summary>The name that <c>UrlFor</c> finds the route under, or null.</summary>
    public string? Name { get; set; }
}

/// <summary>Makes a method answer GET, and with it HEAD.</summary>
/// <param name="pattern">The path, as for <see cref="Routing.RouteMap.Get"/>.</param>
public sealed class GetAttribute(string pattern) : RouteAttribute(pattern, "GET");

/// <summary>Makes a method answer POST.</summary>
/// <inheritdoc cref="GetAttribute"/>
public sealed class PostAttribute(string pattern) : RouteAttribute(pattern, "POST");

/// <summary>Makes a method answer PUT.</summary>
/// <inheritdoc cref="GetAttribute"/>
public sealed class PutAttribute(string pattern) : RouteAttribute(pattern, "PUT");

/// <summary>Makes a method answer PATCH.</summary>
/// <inheritdoc cref="GetAttribute"/>
public sealed class PatchAttribute(string pattern) : RouteAttribute(pattern, "PATCH");

/// <summary>Makes a method answer DELETE.</summary>
/// <inheritdoc cref="GetAttribute"/>
public sealed class DeleteAttribute(string pattern) : RouteAttribute(pattern, "DELETE");
