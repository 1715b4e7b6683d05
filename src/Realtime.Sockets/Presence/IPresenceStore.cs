namespace Realtime.Sockets;

/// <summary>
/// Knows which connections are in which topics with presence, on every node of an app. The default keeps them in memory, for one node.
/// </summary>
/// <remarks>
/// <para>Register another as a service: <c>app.Services.AddSingleton&lt;IPresenceStore&gt;(...)</c>.</para>
/// <para>
/// It keeps connections, not people: merging a user's connections, the grace period and the batching of what clients are told are done by each node,
/// over what the store tells.
/// </para>
/// <para>
/// A store of several nodes keeps a node's records under a lease that the node renews. When a lease has run out the store forgets the
/// node's records, and tells each of them as <see cref="PresenceState.Lost"/>. A node that finds its own lease gone sets its records again.
/// </para>
/// </remarks>
public interface IPresenceStore
{
    /// <summary>
    /// Notes that a connection is in a topic, or that its user or data changed. Calls for one connection come one after the other.
    /// </summary>
    /// <remarks>
    /// It neither blocks nor throws: a store behind a network keeps the newest record of each connection until it has been written, and tries again by itself.
    /// </remarks>
    /// <param name="topic">The topic's name.</param>
    /// <param name="record">The connection.</param>
    void Set(string topic, PresenceRecord record);

    /// <summary>Notes that a connection is in a topic no more. As <see cref="Set"/>, it neither blocks nor throws.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="id">The connection's id; one that is not there is no fault.</param>
    /// <param name="hasLeft">True for <see cref="PresenceState.Left"/>, false for <see cref="PresenceState.Lost"/>.</param>
    void Remove(string topic, string id, bool hasLeft);

    /// <summary>Reads who is in a topic.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Every connection, in the order in which they were set last.</returns>
    ValueTask<IReadOnlyList<PresenceRecord>> ReadAsync(string topic, CancellationToken cancellationToken = default);

    /// <summary>Tells who is in a topic, and from then on every change.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="tell">
    /// Called for every connection that is here, in the order of <see cref="ReadAsync"/>, before the returned task completes; then for one change
    /// after the other, in the same order on every node. It neither blocks nor throws, and it does not call the store.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The watch, which ends when disposed.</returns>
    ValueTask<IAsyncDisposable> WatchAsync(string topic, Action<PresenceChange> tell, CancellationToken cancellationToken = default);
}
