using Realtime.Sockets;

namespace Realtime;

/// <summary>
/// What a topic does for a member that reads more slowly than events are published. Whatever it does, nobody else waits, and what waits for
/// one connection stays below <see cref="SocketOptions.OutboxLimit"/>.
/// </summary>
/// <remarks>
/// It concerns events only: replies, presence, resets and the like are never left out. Nothing is left out while a connection keeps up. Events that
/// were left out are told to the client as a number (<c>dropped</c> in docs/protocol.md), so that it never takes a gap for none.
/// </remarks>
public sealed class SlowConsumer
{
    private readonly string? _keyName;
    private readonly Func<TopicEvent, string?>? _key;

    private SlowConsumer(SlowConsumerPolicy policy, string? keyName = null, Func<TopicEvent, string?>? key = null) =>
        (Policy, _keyName, _key) = (policy, keyName, key);

    /// <summary>
    /// Closes the connection with 3008 once what waits for it has reached the limit; the client comes back, and resumes a topic with history without a gap. The default.
    /// </summary>
    public static SlowConsumer Disconnect { get; } = new(SlowConsumerPolicy.Disconnect);

    /// <summary>Drops the oldest events that wait, so that the member gets the newest ones, in order: for feeds whose past does not matter.</summary>
    public static SlowConsumer DropOldest { get; } = new(SlowConsumerPolicy.DropOldest);

    internal SlowConsumerPolicy Policy { get; }

    /// <summary>
    /// Of the events that wait, keeps only the newest of each name and key, so that the member has the newest value of every key once it has caught
    /// up: for measurements, prices, positions. Events without the key are all kept. Where even that is more than may wait, the connection is closed as with <see cref="Disconnect"/>.
    /// </summary>
    /// <param name="key">The key: the name of a member of the events' data, as it is written in JSON.</param>
    public static SlowConsumer Conflate(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new SlowConsumer(SlowConsumerPolicy.Conflate, keyName: key);
    }

    /// <summary>As <see cref="Conflate(string)"/>, with a key that code finds.</summary>
    /// <param name="key">
    /// Gives an event's key, or null for one that is to be kept. Called only for events that have to wait, on the publisher's thread: it is to be quick, and must not
    /// publish. Where it throws, the event is kept and the fault is logged.
    /// </param>
    public static SlowConsumer Conflate(Func<TopicEvent, string?> key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new SlowConsumer(SlowConsumerPolicy.Conflate, key: key);
    }

    /// <summary>The key that an event supersedes an older one by, or null for none.</summary>
    internal string? KeyOf(Publication publication, App app)
    {
        var key = _keyName is not null ? JsonKey.Read(publication.Data.Json.Span, _keyName) : _key?.Invoke(new TopicEvent(publication, app.Json));
        // Behind its topic, of which a wildcard has many, and its name: an event of another kind says something else of the same thing.
        return key is null ? null : $"{publication.Topic}\n{publication.Name}\n{key}";
    }
}
