namespace Realtime;

/// <summary>Marks the method of a topic's class that answers an event; a method may answer several.</summary>
/// <param name="name">The event's name, as the client sends it.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnAttribute(string name) : Attribute
{
    /// <summary>The event's name.</summary>
    public string Name { get; } = name;
}
