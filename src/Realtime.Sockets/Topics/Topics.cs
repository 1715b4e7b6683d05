using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Realtime.Sockets;

namespace Realtime;

/// <summary>The topics of an app: publish to them from anywhere, hear them, see who is in them.</summary>
public sealed partial class Topics
{
    private readonly App _app;
    private readonly List<TopicDefinition> _definitions = [];
    private RealtimeEndpoint? _endpoint;
    private RealtimeOptions _options = new();
    private IBackplane? _backplane;
    private IPresenceStore? _presence;
    private Audiences? _audiences;
    private SocketMeters? _meters;

    internal Topics(App app) => _app = app;

    /// <summary>The limits and rules of the endpoint that carries the topics; to be set before the app starts, and the path before the first topic.</summary>
    /// <exception cref="InvalidOperationException">On setting: it is too late for that.</exception>
    public RealtimeOptions Options
    {
        get => _options;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            value.Validate();
            if (_audiences is not null)
            {
                throw new InvalidOperationException("Topics.Options: the app has started; set the options before that.");
            }
            if (_endpoint is not null && !string.Equals(value.Path, _options.Path, StringComparison.Ordinal))
            {
                throw new InvalidOperationException("Topics.Options: there is a topic already; set the path before the first app.Topic(...).");
            }
            _options = value;
        }
    }

    /// <summary>
    /// Has every client of the realtime endpoint say who it is, before anything is upgraded. Without this everybody may connect, and the topics' handlers decide.
    /// </summary>
    /// <remarks>
    /// It also runs for a fresh token that a client sends over its connection (<c>authenticate</c>, docs/protocol.md), which must be of the same user. A page's cookies are
    /// in the request's; only the app's own pages bring them (<see cref="SocketOptions.AllowedOrigins"/>).
    /// </remarks>
    /// <param name="hook">
    /// Gives the client's <see cref="Identity"/>, or null to refuse it with 401; sync or async. An <see cref="HttpError"/> refuses with its own status and code, a <see cref="TopicError"/>
    /// with 403 and its code; for a fresh token they answer the client's <c>authenticate</c>. Its parameters: a <see cref="string"/> is the token of <c>Authorization: Bearer</c>
    /// or of the query's <c>token</c> or <c>access_token</c>, null where there is none; <see cref="Request"/>, the handshake; <see cref="CancellationToken"/>; services.
    /// </param>
    /// <exception cref="InvalidOperationException">There is one already, or the app has started.</exception>
    public void Authenticate(Delegate hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        if (_audiences is not null || AuthenticateHook is not null)
        {
            throw new InvalidOperationException("Topics.Authenticate: it is said once, before the app starts.");
        }
        AuthenticateHook = hook;
    }

    internal Delegate? AuthenticateHook { get; private set; }

    internal IReadOnlyList<TopicDefinition> Definitions => _definitions;

    internal SocketMeters Meters => _meters!;

    /// <summary>The clock of presence's rests, for tests; the system's else, as it paces real writes.</summary>
    internal TimeProvider PaceTime { get; set; } = TimeProvider.System;

    internal Audiences Audiences => _audiences
        ?? throw new InvalidOperationException("The app has not started: topics can be used once it has.");

    internal IBackplane Backplane => _backplane!;

    /// <summary>Publishes an event to every member of a topic, and to its history where it keeps one.</summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <param name="topic">The topic's full name, such as <c>room:lobby</c>.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data, written as JSON.</param>
    /// <param name="idempotencyKey">
    /// Names this event in its topic, in 1 to 256 characters, so that one who does not know whether it was published can try again: a second one with the same key
    /// publishes nothing (for 24 hours, unless the backplane says otherwise). Null for none.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting for the backplane.</param>
    /// <exception cref="ArgumentException">No pattern of the app matches the topic's name; the event's name or the key is empty, or the key too long.</exception>
    public ValueTask PublishAsync<T>(string topic, string name, T data, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return Require(topic).PublishAsync(name, data, idempotencyKey, cancellationToken);
    }

    /// <summary>Sends an event to all members of one name in a topic, as <see cref="Topic.SendToUserAsync"/> does.</summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <param name="topic">The topic's full name, such as <c>room:lobby</c>.</param>
    /// <param name="user">The name, as the join handler set it (<see cref="Member.User"/>).</param>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data, written as JSON.</param>
    /// <param name="cancellationToken">Gives up waiting for the backplane.</param>
    /// <exception cref="ArgumentException">No pattern of the app matches the topic's name; the user's or the event's name is empty.</exception>
    public ValueTask SendToUserAsync<T>(string topic, string user, string name, T data, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return Require(topic).SendToUserAsync(user, name, data, cancellationToken);
    }

    /// <summary>Reads older events of a topic that keeps a history, page by page.</summary>
    /// <param name="topic">The topic's full name.</param>
    /// <param name="before">The page ends before this offset; null for the newest events.</param>
    /// <param name="limit">The most events to read, from 1.</param>
    /// <param name="cancellationToken">Gives up waiting for the backplane.</param>
    /// <returns>Up to <paramref name="limit"/> kept events, the oldest first; none where nothing older is kept.</returns>
    /// <exception cref="ArgumentException">No pattern of the app matches the topic's name.</exception>
    /// <exception cref="InvalidOperationException">The topic keeps no history.</exception>
    public ValueTask<IReadOnlyList<TopicEvent>> HistoryAsync(
        string topic, long? before = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return HistoryAsync(Require(topic), before, limit, cancellationToken);
    }

    /// <summary>Carries and keeps events elsewhere than in memory.</summary>
    /// <param name="create">Makes the backplane, given the app's clock. Called once, when the app is built; the app opens it when it starts and disposes of it at the end.</param>
    public void UseBackplane(Func<TimeProvider, IBackplane> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _app.Services.Replace(ServiceDescriptor.Singleton(provider => create(provider.GetRequiredService<TimeProvider>())));
    }

    /// <summary>
    /// Who is in a topic with presence, on all nodes and over whichever connections, in no particular order. Somebody within the grace period
    /// is not connected, and not among them.
    /// </summary>
    /// <param name="topic">The topic's full name.</param>
    /// <param name="cancellationToken">Gives up waiting for the presence store.</param>
    /// <exception cref="ArgumentException">No pattern of the app matches the topic's name.</exception>
    /// <exception cref="InvalidOperationException">The topic has no presence.</exception>
    public ValueTask<IReadOnlyList<PresenceEntry>> PresenceOfAsync(string topic, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return ReadPresenceAsync(Require(topic), cancellationToken);
    }

    internal async ValueTask<IReadOnlyList<PresenceEntry>> ReadPresenceAsync(Topic topic, CancellationToken cancellationToken)
    {
        var options = topic.Definition.Presence
            ?? throw new InvalidOperationException($"Topic {topic.Definition.Pattern.Text} has no presence: say topic.Presence() where it is defined.");
        var roster = new Roster(topic.Name, options, _app.Json);
        foreach (var record in await _presence!.ReadAsync(topic.Name, cancellationToken))
        {
            roster.Apply(new PresenceChange(record, PresenceState.Here));
        }
        return roster.Entries;
    }

    internal void Define(string pattern, Action<TopicBuilder>? configure, Type? type = null)
    {
        var definition = new TopicDefinition(TopicPattern.Parse(pattern));
        if (_definitions.Find(other => string.Equals(other.Pattern.Shape, definition.Pattern.Shape, StringComparison.Ordinal)) is { } twin)
        {
            throw new InvalidOperationException($"The topic patterns '{twin.Pattern.Text}' and '{pattern}' match the same names: one would never be used.");
        }
        var builder = new TopicBuilder(definition);
        if (type is not null)
        {
            TopicClass.AddTo(definition, builder, type);
            definition.Class = type;
            _app.Services.TryAddScoped(type);
        }
        configure?.Invoke(builder);
        _endpoint ??= RealtimeEndpoint.Add(_app, this);
        _definitions.Add(definition);
        _definitions.Sort(static (one, other) => TopicPattern.BySpecificity(one.Pattern, other.Pattern));
    }

    /// <summary>The topic of this name by the most specific pattern, or null where no pattern matches. A wildcard is no topic.</summary>
    internal Topic? Match(string name)
    {
        foreach (var definition in _definitions)
        {
            if (definition.Pattern.Match(name) is { } captures)
            {
                return new Topic(this, definition, name, captures);
            }
        }
        return null;
    }

    /// <summary>
    /// What to join for a wildcard: of the most specific pattern that allows it, or, with nobody to let a client in, of any that it covers; null where it covers none.
    /// </summary>
    internal Topic? MatchWildcard(string name)
    {
        Topic? closed = null;
        foreach (var definition in _definitions)
        {
            if (definition.Pattern.MatchWildcard(name) is { } captures)
            {
                if (definition.Wildcards is { } wildcards)
                {
                    return new Topic(this, wildcards, name, captures);
                }
                closed ??= new Topic(this, new TopicDefinition(definition.Pattern, of: definition), name, captures);
            }
        }
        return closed;
    }

    /// <summary>Which definition the topic of this name has, or null where no pattern matches.</summary>
    internal TopicDefinition? DefinitionOf(string name)
    {
        foreach (var definition in _definitions)
        {
            if (definition.Pattern.IsMatch(name))
            {
                return definition;
            }
        }
        return null;
    }

    /// <summary>Makes the topics usable: compiles their handlers and finds the backplane.</summary>
    internal void Build()
    {
        _options.Validate();
        var host = SocketHost.Of(_app);
        _meters = host.Meters;
        host.Topics = this;
        _backplane = _app.Provider.GetRequiredService<IBackplane>();
        _presence = _app.Provider.GetRequiredService<IPresenceStore>();
        _audiences = new Audiences(_backplane, _presence, _app.Json, _app.Provider.GetRequiredService<TimeProvider>(), PaceTime);
        foreach (var definition in _definitions)
        {
            definition.Compile(_app);
        }
    }

    internal async ValueTask PublishAsync<T>(
        Topic topic, string name, T data, HistoryPolicy? history, string? idempotencyKey, Recipients recipients, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        IdempotencyWindow.CheckKey(idempotencyKey);
        var written = EventData.Write(data, _app.Json);
        await Meters.PublishAsync(
            topic,
            name,
            static state => state.Backplane.PublishAsync(
                state.topic.Name, state.name, state.written, state.history, state.idempotencyKey, state.recipients, state.cancellationToken),
            (Backplane, topic, name, written, history, idempotencyKey, recipients, cancellationToken));
    }

    internal async ValueTask<IReadOnlyList<TopicEvent>> HistoryAsync(Topic topic, long? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var history = topic.Definition.History
            ?? throw new InvalidOperationException($"The topic '{topic.Name}' keeps no history. Let it: app.Topic(\"{topic.Definition.Pattern.Text}\", topic => topic.History(size: 100)).");
        var page = await Backplane.ReadBeforeAsync(topic.Name, history, before ?? long.MaxValue, limit, cancellationToken);
        return [.. page.Publications.Select(publication => new TopicEvent(publication, _app.Json))];
    }

    private Topic Require(string name)
    {
        var topic = Audiences.Find(name)?.Topic;
        return topic is { Definition.IsWildcard: false } ? topic : Match(name) ?? throw new ArgumentException(
            TopicWildcard.IsWildcard(name)
                ? $"'{name}' is a wildcard: it can be heard, but names no topic."
                : $"There is no topic '{name}': no pattern matches it. Add one with app.Topic(...).",
            nameof(name));
    }
}
