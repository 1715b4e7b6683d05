namespace Realtime.Sockets;

/// <summary>
/// Carries publications to every node of an app and keeps the topics' history. The default keeps all in memory, for one node.
/// </summary>
/// <remarks>Use another one: <c>app.Topics.UseBackplane(time => new ...)</c>.</remarks>
public interface IBackplane
{
    /// <summary>Makes it ready, before anything else is asked of it. An app does so when it starts, and disposes of it when it has stopped.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackplaneException">It cannot work; the message says why and what to do.</exception>
    ValueTask OpenAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Publishes an event. Where the topic keeps history, appending and publishing are one step: events are delivered in
    /// the order of their offsets.
    /// </summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data, which the backplane may keep: it is not changed afterwards.</param>
    /// <param name="history">How much of the topic is kept, or null for nothing.</param>
    /// <param name="idempotencyKey">
    /// Names this event in its topic, or null. Within the backplane's window (<see cref="IdempotencyWindow"/>) a second one with the same key
    /// publishes nothing: a publish that may or may not have happened can be tried again.
    /// </param>
    /// <param name="recipients">
    /// Which members it is for; all by default. It travels with the event to every node, in <see cref="Publication.Recipients"/>, and need not be kept in the
    /// history: whoever reads that gets every event.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The event's offset, for a repeated key that of the first one; 0 for a topic without history.</returns>
    /// <exception cref="BackplaneException">It could not be published.</exception>
    /// <exception cref="ArgumentException">The key is empty or too long.</exception>
    ValueTask<long> PublishAsync(
        string topic,
        string name,
        EventData data,
        HistoryPolicy? history,
        string? idempotencyKey = null,
        Recipients recipients = default,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Delivers a topic's events to this node, those published after the returned task completes and perhaps some that
    /// were published before.
    /// </summary>
    /// <param name="topic">
    /// The topic's name, or a wildcard such as <c>room:*</c>, whose parts that are <c>*</c> stand for any one part (<see cref="TopicWildcard"/>): then the events
    /// of every topic that it matches.
    /// </param>
    /// <param name="deliver">
    /// Called for one event of a topic after the other, in order; for a wildcard, events of different topics may come at the same time. It neither blocks nor
    /// throws, and it does not call the backplane.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The subscription, which ends when disposed.</returns>
    ValueTask<IAsyncDisposable> SubscribeAsync(string topic, Action<Publication> deliver, CancellationToken cancellationToken = default);

    /// <summary>Reads the history of a topic that keeps one.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="history">How much of the topic is kept.</param>
    /// <param name="since">Where the reader was, or null for one that is new.</param>
    /// <param name="newest">For a new reader: how many of the newest events it wants.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// For a reader with a position: all events behind it, recovered; or none, not recovered, and the newest position. For a
    /// new reader: up to <paramref name="newest"/> events.
    /// </returns>
    ValueTask<HistoryPage> ReadAsync(string topic, HistoryPolicy history, StreamPosition? since, int newest, CancellationToken cancellationToken = default);

    /// <summary>Reads older events of a topic that keeps a history, page by page.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="history">How much of the topic is kept.</param>
    /// <param name="before">The page ends before this offset; <see cref="long.MaxValue"/> for the newest events.</param>
    /// <param name="limit">The most events to read, from 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// The newest <paramref name="limit"/> of the kept events before <paramref name="before"/>, the oldest first, and the position before them; not recovered.
    /// </returns>
    ValueTask<HistoryPage> ReadBeforeAsync(string topic, HistoryPolicy history, long before, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Whether it can carry events just now, as far as it knows: a node whose backplane cannot tells its load balancer so (<c>/realtime/health</c>). It is asked often and must
    /// not wait. True unless implemented.
    /// </summary>
    bool IsAvailable => true;
}
