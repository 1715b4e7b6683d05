namespace Realtime.Sockets;

/// <summary>One connection's presence in one topic, as a presence store keeps it.</summary>
/// <param name="Id">The <see cref="Member.Id"/>: unique over all nodes.</param>
/// <param name="User">The <see cref="Member.User"/>, or null.</param>
/// <param name="Data">The <see cref="Member.Data"/>; its JSON is empty for none.</param>
public sealed record PresenceRecord(string Id, string? User, EventData Data);
