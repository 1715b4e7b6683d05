using Realtime.Sockets;

namespace Realtime;

/// <summary>Who is in which topic.</summary>
public sealed partial class Topics
{
    /// <summary>The members of a topic that are connected to this node, in no particular order. For a wildcard: those who joined that wildcard.</summary>
    /// <param name="topic">The topic's full name.</param>
    public IReadOnlyList<Member> MembersOf(string topic) => Audiences.Find(topic)?.Members ?? [];

    /// <summary>How many members of a topic are connected to this node. For a wildcard: how many joined that wildcard.</summary>
    /// <param name="topic">The topic's full name.</param>
    public int CountOf(string topic) => Audiences.Find(topic)?.Count ?? 0;

    /// <summary>The topics that have members connected to this node, in no particular order. It looks at all that have.</summary>
    /// <param name="names">A wildcard that their names match, such as <c>room:*</c>; null for all.</param>
    public IReadOnlyList<Topic> Active(string? names = null) =>
        [.. Audiences.All
            .Where(audience => audience.Count > 0 && !audience.Topic.Definition.IsWildcard && (names is null || TopicWildcard.Matches(names, audience.Topic.Name)))
            .Select(static audience => audience.Topic)];

    /// <summary>Every membership of a user in any topic, on this node. It looks at every member: for administration, not for each event.</summary>
    /// <param name="user">The name that join handlers set (<see cref="Member.User"/>).</param>
    public IReadOnlyList<Member> MembersOfUser(string user)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        return Where(member => string.Equals(member.User, user, StringComparison.Ordinal));
    }

    /// <summary>Every membership of a connection of this node, by its id in the logs. It looks at every member; who has one of them asks <see cref="Member.Memberships"/>.</summary>
    /// <param name="connectionId">The id (<see cref="Member.ConnectionId"/>).</param>
    public IReadOnlyList<Member> MembersOfConnection(string connectionId)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        return Where(member => string.Equals(member.ConnectionId, connectionId, StringComparison.Ordinal));
    }

    /// <summary>Closes every connection of this node over which a user is in a topic: all windows that a person has open.</summary>
    /// <param name="user">The name that join handlers set (<see cref="Member.User"/>).</param>
    /// <param name="mayReturn">As in <see cref="Member.Disconnect"/>.</param>
    /// <param name="reason">As in <see cref="Member.Disconnect"/>.</param>
    /// <returns>How many connections.</returns>
    /// <exception cref="ArgumentException">The user's name is empty, or the reason too long.</exception>
    public int DisconnectUser(string user, bool mayReturn = false, string? reason = null)
    {
        var connections = MembersOfUser(user).DistinctBy(static member => member.ConnectionId, StringComparer.Ordinal).ToArray();
        Array.ForEach(connections, member => member.Disconnect(mayReturn, reason));
        return connections.Length;
    }

    private List<Member> Where(Predicate<Member> isMeant) =>
        [.. Audiences.All.SelectMany(static audience => audience.Members).Where(member => isMeant(member))];
}
