namespace Realtime;

/// <summary>Binds a handler's parameter to a cookie: <c>[Cookie] string? theme</c>.</summary>
/// <param name="name">The name; null for the parameter's own name.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class CookieAttribute(string? name = null) : Attribute
{
    /// <summary>The name; null for the parameter's own name.</summary>
    public string? Name { get; } = name;
}
