namespace Realtime;

/// <summary>A value that has an address of its own, which <see cref="Response.Accepted"/> and <see cref="Response.Created{T}(T)"/> put into <c>Location</c>.</summary>
public interface IHasLocation
{
    /// <summary>The address: a path of this app, or a full URL.</summary>
    string Location { get; }
}
