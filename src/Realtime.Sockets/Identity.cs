namespace Realtime;

/// <summary>Who a client of the realtime endpoint has proved to be: what the app's <see cref="Topics.Authenticate"/> hook found for its token.</summary>
/// <param name="User">
/// Names the person, the same on every connection of theirs; it becomes <see cref="Member.User"/> of each membership, where presence shows it. Null for somebody who may
/// be here without a name (<see cref="Anonymous"/>).
/// </param>
/// <param name="Expires">When the proof ends: a connection that has not brought a fresh token by then is closed with 3003. Null for never.</param>
/// <param name="Details">What more the app's handlers want to know, such as roles; no client sees it. Null for nothing.</param>
public sealed record Identity(string? User, DateTimeOffset? Expires = null, object? Details = null)
{
    /// <summary>Somebody without a name who may be here all the same.</summary>
    public static Identity Anonymous { get; } = new(null as string);
}
