using Realtime.Sockets;

namespace Realtime;

/// <summary>Says what the topics of one pattern do: what they keep, who is seen in them, what they answer.</summary>
/// <remarks>
/// A handler's parameters are bound by type and name: <see cref="Member"/>, <see cref="Topic"/>, <see cref="Request"/> (the connection's handshake), <see cref="Identity"/>,
/// <see cref="CancellationToken"/> (fires when the connection has ended), a capture of the pattern by its name (text, a number, anything parsable), a
/// service, and one more: what the client sent as <c>data</c>. What a handler returns is the <c>data</c> of the reply. A
/// handler refuses with <see cref="TopicError"/>. The handlers of one connection run one after the other, in the order of its messages.
/// </remarks>
public sealed class TopicBuilder
{
    private readonly TopicDefinition _definition;

    internal TopicBuilder(TopicDefinition definition) => _definition = definition;

    /// <summary>
    /// Keeps the newest events, so that a client that lost its connection gets what it missed, and one that joins can ask for what was before.
    /// </summary>
    /// <param name="size">The most events kept for each topic.</param>
    /// <param name="ttl">How long an event is kept; null for as long as there are not <paramref name="size"/> newer ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not positive.</exception>
    public TopicBuilder History(int size, TimeSpan? ttl = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ttl ?? TimeSpan.MaxValue, TimeSpan.Zero, nameof(ttl));
        _definition.History = new HistoryPolicy(size, ttl);
        return this;
    }

    /// <summary>Tells the members who is here: all of them on joining, then whoever comes, changes or leaves.</summary>
    /// <param name="options">What they are told, and when; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TopicBuilder Presence(PresenceOptions? options = null)
    {
        options ??= new PresenceOptions();
        options.Validate();
        _definition.Presence = options;
        return this;
    }

    /// <summary>
    /// Lets in only those for whom the handler returns true; anybody else's join is refused with the code <c>forbidden</c>. It runs on every join, before <see cref="OnJoin"/>.
    /// </summary>
    /// <param name="handler">The handler, sync or async: a <see cref="bool"/> or a task of one. What the client sent with the join is its data.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public TopicBuilder Authorize(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _definition.AddAuthorize(new TopicHandlerSource("Authorize", handler));
        return this;
    }

    /// <summary>
    /// Lets in only clients whose user is known (by <see cref="App.Login"/>, or <see cref="Topics.Authenticate"/> where the app has that): anybody else's join is refused with the code
    /// <c>unauthenticated</c>. It is asked before <see cref="Authorize"/>, for wildcards too.
    /// </summary>
    /// <param name="roles">
    /// The roles of which a user needs one, else the code is <c>forbidden</c>; none for every user. They are known where the <see cref="Identity.Details"/> are a
    /// <see cref="System.Security.Claims.ClaimsPrincipal"/>, as those of <see cref="App.Login"/> are.
    /// </param>
    public TopicBuilder RequireLogin(params string[] roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        _definition.AddLogin(roles);
        return this;
    }

    /// <summary>
    /// Lets clients join wildcards over these topics, <c>room:*</c>, where the handler returns true: such a client hears the events of every topic of this pattern
    /// that the wildcard matches, whoever is in it. Without this every wildcard is refused with <c>forbidden</c>. None of the topics' other handlers run for it.
    /// </summary>
    /// <param name="handler">
    /// The handler, sync or async: a <see cref="bool"/> or a task of one. A capture is what the client wrote in its place, <c>*</c> or a part of a name.
    /// </param>
    /// <exception cref="InvalidOperationException">There is one already, or the pattern has no capture.</exception>
    public TopicBuilder AllowWildcards(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _definition.AllowWildcards(new TopicHandlerSource("AllowWildcards", handler));
        return this;
    }

    /// <summary>Says what is done for a member that reads more slowly than events are published; by default it is disconnected.</summary>
    /// <param name="policy">What is done.</param>
    public TopicBuilder SlowConsumer(SlowConsumer policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _definition.SlowConsumer = policy;
        return this;
    }

    /// <summary>
    /// Sends a member that reads too slowly only the newest event of each name and key, never a backlog: the same as <c>SlowConsumer(SlowConsumer.Conflate(key))</c>.
    /// </summary>
    /// <param name="key">The key: the name of a member of the events' data, as it is written in JSON.</param>
    public TopicBuilder Conflate(string key) => SlowConsumer(Realtime.SlowConsumer.Conflate(key));

    /// <summary>As <see cref="Conflate(string)"/>, with a key that code finds: see <see cref="Realtime.SlowConsumer.Conflate(Func{TopicEvent, string?})"/>.</summary>
    /// <param name="key">Gives an event's key, or null for one that is to be kept.</param>
    public TopicBuilder Conflate(Func<TopicEvent, string?> key) => SlowConsumer(Realtime.SlowConsumer.Conflate(key));

    /// <summary>Runs before a client becomes a member. A <see cref="TopicError"/> keeps it out. Without it, everybody may join.</summary>
    /// <param name="handler">The handler, sync or async.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public TopicBuilder OnJoin(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _definition.AddJoin(new TopicHandlerSource("OnJoin", handler));
        return this;
    }

    /// <summary>
    /// Runs once a member is in and hears live events: the moment to send it alone (<see cref="Member.SendAsync"/>) what changed while it
    /// was joining. There is no data.
    /// </summary>
    /// <param name="handler">The handler, sync or async.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public TopicBuilder OnJoined(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _definition.AddJoined(new TopicHandlerSource("OnJoined", handler));
        return this;
    }

    /// <summary>Answers an event that a member sends.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="handler">The handler, sync or async.</param>
    /// <exception cref="InvalidOperationException">There is one for this event already.</exception>
    public TopicBuilder On(string name, Delegate handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(handler);
        _definition.AddEvent(name, new TopicHandlerSource($"On(\"{name}\")", handler));
        return this;
    }

    /// <summary>
    /// Says that the app publishes an event here, for the document that describes the topics (<see cref="RealtimeOptions.AsyncApi"/>): publishing needs no such word.
    /// </summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <param name="name">The event's name.</param>
    /// <param name="description">What it means, for who reads the document; null for nothing.</param>
    /// <exception cref="InvalidOperationException">It was said already.</exception>
    public TopicBuilder Publishes<T>(string name, string? description = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _definition.AddPublished(name, new PublishedEvent(typeof(T), description));
        return this;
    }

    /// <summary>
    /// Runs after a member has left, be it by its own wish, because its connection ended, or because the app took it out: a parameter of type
    /// <see cref="LeaveReason"/> says which. There is no data.
    /// </summary>
    /// <param name="handler">The handler, sync or async.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public TopicBuilder OnLeave(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _definition.AddLeave(new TopicHandlerSource("OnLeave", handler));
        return this;
    }
}
