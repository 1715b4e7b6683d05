namespace Realtime;

/// <summary>Binds a handler's parameter to a field of the form that is the body: <c>[Form] string title</c>.</summary>
/// <remarks>On a parameter of a type of yours each member is a field, nested ones by a dot: <c>address.city</c>, <c>items[0].count</c>.</remarks>
/// <param name="name">The name; null for the parameter's own name.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class FormAttribute(string? name = null) : Attribute
{
    /// <summary>The name; null for the parameter's own name.</summary>
    public string? Name { get; } = name;
}
