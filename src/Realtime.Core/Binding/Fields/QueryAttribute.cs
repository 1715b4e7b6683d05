namespace Realtime;

/// <summary>Binds a handler's parameter to a query value: <c>[Query("page-size")] int pageSize</c>.</summary>
/// <remarks>On a parameter of a type of yours each member is one query value. Text types, and lists of them, are query values without it.</remarks>
/// <param name="name">The name; null for the parameter's own name.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class QueryAttribute(string? name = null) : Attribute
{
    /// <summary>The name; null for the parameter's own name.</summary>
    public string? Name { get; } = name;
}
