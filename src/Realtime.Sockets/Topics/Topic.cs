using Realtime.Sockets;

namespace Realtime;

/// <summary>One topic by its full name, such as <c>room:lobby</c>: who is in it, and a way to publish to it.</summary>
public sealed class Topic
{
    private readonly Topics _topics;

    internal Topic(Topics topics, TopicDefinition definition, string name, string[] captures)
    {
        _topics = topics;
        Definition = definition;
        Name = name;
        Captures = captures;
    }

    /// <summary>The topic's full name.</summary>
    public string Name { get; }

    /// <summary>The members that are connected to this node, in no particular order.</summary>
    public IReadOnlyList<Member> Members => _topics.MembersOf(Name);

    /// <summary>How many members are connected to this node.</summary>
    public int Count => _topics.CountOf(Name);

    /// <summary>Who is in the topic, on all nodes, as <see cref="Topics.PresenceOfAsync"/> tells.</summary>
    /// <param name="cancellationToken">Gives up waiting for the presence store.</param>
    /// <exception cref="InvalidOperationException">The topic has no presence.</exception>
    public ValueTask<IReadOnlyList<PresenceEntry>> PresenceAsync(CancellationToken cancellationToken = default) => _topics.ReadPresenceAsync(this, cancellationToken);

    internal TopicDefinition Definition { get; }

    internal SocketMeters Meters => _topics.Meters;

    /// <summary>Whether a publication of another topic is for those who hear this wildcard.</summary>
    internal bool Covers(string topic) => _topics.DefinitionOf(topic) == Definition.Of;

    internal string[] Captures { get; }

    /// <summary>Publishes an event to every member, and to the topic's history where it keeps one.</summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data, written as JSON.</param>
    /// <param name="idempotencyKey">
    /// Names this event in this topic, in 1 to 256 characters, so that one who does not know whether it was published can try again: a second one with the same key
    /// publishes nothing (for 24 hours, unless the backplane says otherwise). Null for none.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting for the backplane.</param>
    /// <exception cref="ArgumentException">The event's name or the key is empty, or the key too long.</exception>
    public ValueTask PublishAsync<T>(string name, T data, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _topics.PublishAsync(this, name, data, Definition.History, idempotencyKey, default, cancellationToken);

    /// <summary>
    /// Sends an event to all members of one name (<see cref="Member.User"/>), on whichever node: every window that a person has open. It is not kept in the topic's history.
    /// </summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <param name="user">The name, as the join handler set it.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data, written as JSON.</param>
    /// <param name="cancellationToken">Gives up waiting for the backplane.</param>
    /// <exception cref="ArgumentException">The user's or the event's name is empty.</exception>
    public ValueTask SendToUserAsync<T>(string user, string name, T data, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        return _topics.PublishAsync(this, name, data, history: null, idempotencyKey: null, new Recipients(User: user), cancellationToken);
    }

    internal ValueTask PublishAsync<T>(string name, T data, string? idempotencyKey, Recipients recipients, CancellationToken cancellationToken) =>
        _topics.PublishAsync(this, name, data, Definition.History, idempotencyKey, recipients, cancellationToken);

    /// <summary>Reads older events of a topic that keeps a history, page by page.</summary>
    /// <param name="before">The page ends before this offset; null for the newest events.</param>
    /// <param name="limit">The most events to read, from 1.</param>
    /// <param name="cancellationToken">Gives up waiting for the backplane.</param>
    /// <returns>Up to <paramref name="limit"/> kept events, the oldest first; none where nothing older is kept.</returns>
    /// <exception cref="InvalidOperationException">The topic keeps no history.</exception>
    public ValueTask<IReadOnlyList<TopicEvent>> HistoryAsync(long? before = null, int limit = 100, CancellationToken cancellationToken = default) =>
        _topics.HistoryAsync(this, before, limit, cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
