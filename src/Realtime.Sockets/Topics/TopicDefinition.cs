namespace Realtime.Sockets;

/// <summary>What the topics of one pattern do.</summary>
/// <param name="pattern">The pattern of their names.</param>
/// <param name="of">For what wildcards over another definition's topics do: that definition; else null.</param>
internal sealed class TopicDefinition(TopicPattern pattern, TopicDefinition? of = null)
{
    private readonly Dictionary<string, TopicHandlerSource> _events = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TopicHandler> _compiledEvents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PublishedEvent> _published = new(StringComparer.Ordinal);
    private TopicHandlerSource? _authorize;
    private TopicHandlerSource? _join;
    private TopicHandlerSource? _joined;
    private TopicHandlerSource? _leave;
    private bool _isCompiled;

    public TopicPattern Pattern { get; } = pattern;

    /// <summary>For what wildcards do: whose topics a client hears by one.</summary>
    public TopicDefinition? Of { get; } = of;

    public bool IsWildcard => Of is not null;

    /// <summary>What a wildcard over these topics does where clients may join one; null where none may.</summary>
    public TopicDefinition? Wildcards { get; private set; }

    public HistoryPolicy? History { get; set; }

    /// <summary>How the members are told who is here; null for not at all.</summary>
    public PresenceOptions? Presence { get; set; }

    /// <summary>The class whose methods are handlers, or null.</summary>
    public Type? Class { get; set; }

    /// <summary>The roles of which a client's user needs one; empty for any user, null where nobody need be known.</summary>
    public IReadOnlyList<string>? Roles { get => Of is null ? field : Of.Roles; private set; }

    /// <summary>Says whether a client may join at all; null where there is nothing to ask.</summary>
    public TopicHandler? Authorize { get; private set; }

    /// <summary>What is done for members that read too slowly.</summary>
    public SlowConsumer SlowConsumer { get => Of is null ? field : Of.SlowConsumer; set; } = SlowConsumer.Disconnect;

    /// <summary>Runs before a client becomes a member; null where everybody may.</summary>
    public TopicHandler? Join { get; private set; }

    /// <summary>Runs once a member hears live events; null for nothing.</summary>
    public TopicHandler? Joined { get; private set; }

    /// <summary>Runs after a member has left; null for nothing.</summary>
    public TopicHandler? Leave { get; private set; }

    /// <summary>The handler for an event, or null where there is none.</summary>
    public TopicHandler? Event(string name) => _compiledEvents.GetValueOrDefault(name);

    /// <summary>The handlers of all events.</summary>
    public IReadOnlyDictionary<string, TopicHandler> Events => _compiledEvents;

    /// <summary>What the app says that it publishes.</summary>
    public IReadOnlyDictionary<string, PublishedEvent> Published => _published;

    public void AddPublished(string name, PublishedEvent published)
    {
        ThrowIf(_published.ContainsKey(name), $"the event '{name}' was said to be published already");
        _published.Add(name, published);
    }

    public void AddLogin(string[] roles)
    {
        ThrowIf(Roles is not null, "RequireLogin was called already");
        Roles = [.. roles];
    }

    public void AddAuthorize(TopicHandlerSource handler) => Set(ref _authorize, handler, "Authorize");

    public void AddJoin(TopicHandlerSource handler) => Set(ref _join, handler, "OnJoin");

    public void AddJoined(TopicHandlerSource handler) => Set(ref _joined, handler, "OnJoined");

    public void AddLeave(TopicHandlerSource handler) => Set(ref _leave, handler, "OnLeave");

    public void AddEvent(string name, TopicHandlerSource handler)
    {
        ThrowIf(_events.ContainsKey(name), $"the event '{name}' has a handler already");
        _events.Add(name, handler);
    }

    /// <summary>Lets clients that the handler lets in join wildcards over these topics.</summary>
    public void AllowWildcards(TopicHandlerSource authorize)
    {
        ThrowIf(Wildcards is not null, "AllowWildcards has a handler already");
        ThrowIf(Pattern.Captures.Count == 0, "a pattern without a capture names one topic: there is nothing that a wildcard could stand for");
        Wildcards = new TopicDefinition(Pattern, of: this);
        Wildcards.AddAuthorize(authorize);
    }

    /// <summary>Compiles the handlers, so that a mistake in one stops the start.</summary>
    /// <exception cref="InvalidOperationException">Nothing can bind a parameter.</exception>
    public void Compile(App app)
    {
        _isCompiled = true;
        if (Class is not null)
        {
            TopicClass.Check(this, Class, app);
        }
        Authorize = Compile(_authorize, app, TopicHandlerKind.WithData);
        if (Authorize is { } authorize && authorize.ResultType != typeof(bool))
        {
            throw new InvalidOperationException($"Topic {Pattern.Text}, {_authorize!.Name}: it must say true or false: return a bool, or a task of one.");
        }
        Join = Compile(_join, app, TopicHandlerKind.WithData);
        Joined = Compile(_joined, app, TopicHandlerKind.WithoutData);
        Leave = Compile(_leave, app, TopicHandlerKind.Leave);
        foreach (var (name, handler) in _events)
        {
            _compiledEvents.Add(name, Compile(handler, app, TopicHandlerKind.WithData)!);
        }
        Wildcards?.Compile(app);
    }

    private TopicHandler? Compile(TopicHandlerSource? handler, App app, TopicHandlerKind kind) =>
        handler is null ? null : TopicHandler.Compile(handler, this, app, kind);

    private void Set(ref TopicHandlerSource? place, TopicHandlerSource handler, string verb)
    {
        ThrowIf(place is not null, $"{verb} has a handler already");
        place = handler;
    }

    private void ThrowIf(bool condition, string problem)
    {
        if (_isCompiled)
        {
            throw new InvalidOperationException($"Topic {Pattern.Text}: the app has started; add handlers before that.");
        }
        if (condition)
        {
            throw new InvalidOperationException($"Topic {Pattern.Text}: {problem}.");
        }
    }
}
