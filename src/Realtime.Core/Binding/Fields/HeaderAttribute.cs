namespace Realtime;

/// <summary>Binds a handler's parameter to a header field: <c>[Header] string? userAgent</c>.</summary>
/// <param name="name">The name; null for the parameter's name with a hyphen before each capital, so that <c>ifNoneMatch</c> is <c>If-None-Match</c>.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HeaderAttribute(string? name = null) : Attribute
{
    /// <summary>The name; null for the parameter's name with a hyphen before each capital, so that <c>ifNoneMatch</c> is <c>If-None-Match</c>.</summary>
    public string? Name { get; } = name;
}
