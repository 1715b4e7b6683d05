namespace Realtime.Sockets;

/// <summary>An event that an app says it publishes.</summary>
/// <param name="Type">The data's type.</param>
/// <param name="Description">What it means, or null.</param>
internal sealed record PublishedEvent(Type Type, string? Description);
