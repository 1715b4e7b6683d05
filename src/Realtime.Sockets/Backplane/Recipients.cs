namespace Realtime.Sockets;

/// <summary>Which of a topic's members an event is for: all of them, unless it says otherwise.</summary>
/// <param name="Except">The <see cref="Member.Id"/> of the one that it is not for, its sender; null for nobody.</param>
/// <param name="User">The <see cref="Member.User"/> of those that it is for; null for everybody.</param>
public readonly record struct Recipients(string? Except = null, string? User = null);
