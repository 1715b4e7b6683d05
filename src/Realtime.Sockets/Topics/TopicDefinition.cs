namespace Realtime.Sockets;

/// <summary>What the topics of one pattern do.</summary>
/// <param name="pattern">The pattern of their names.</param>
internal sealed class TopicDefinition(TopicPattern pattern)
{
    private readonly Dictionary<string, Delegate> _events = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TopicHandler> _compiledEvents = new(StringComparer.Ordinal);
    private Delegate? _join;
    private Delegate? _joined;
    private Delegate? _leave;
    private bool _isCompiled;

    public TopicPattern Pattern { get; } = pattern;

    public HistoryPolicy? History { get; set; }

    /// <summary>How the members are told who is here; null for not at all.</summary>
    public PresenceOptions? Presence { get; set; }

    /// <summary>Runs before a client becomes a member; null where everybody may.</summary>
    public TopicHandler? Join { get; private set; }

    /// <summary>Runs once a member hears live events; null for nothing.</summary>
    public TopicHandler? Joined { get; private set; }

    /// <summary>Runs after a member has left; null for nothing.</summary>
    public TopicHandler? Leave { get; private set; }

    /// <summary>The handler for an event, or null where there is none.</summary>
    public TopicHandler? Event(string name) => _compiledEvents.GetValueOrDefault(name);

    public void AddJoin(Delegate handler)
    {
        ThrowIf(_join is not null, "OnJoin has a handler already");
        _join = handler;
    }

    public void AddJoined(Delegate handler)
    {
        ThrowIf(_joined is not null, "OnJoined has a handler already");
        _joined = handler;
    }

    public void AddLeave(Delegate handler)
    {
        ThrowIf(_leave is not null, "OnLeave has a handler already");
        _leave = handler;
    }

    public void AddEvent(string name, Delegate handler)
    {
        ThrowIf(_events.ContainsKey(name), $"the event '{name}' has a handler already");
        _events.Add(name, handler);
    }

    /// <summary>Compiles the handlers, so that a mistake in one stops the start.</summary>
    /// <exception cref="InvalidOperationException">Nothing can bind a parameter.</exception>
    public void Compile(App app)
    {
        _isCompiled = true;
        Join = _join is null ? null : TopicHandler.Compile(_join, this, app, "OnJoin", hasData: true);
        Joined = _joined is null ? null : TopicHandler.Compile(_joined, this, app, "OnJoined", hasData: false);
        Leave = _leave is null ? null : TopicHandler.Compile(_leave, this, app, "OnLeave", hasData: false);
        foreach (var (name, handler) in _events)
        {
            _compiledEvents.Add(name, TopicHandler.Compile(handler, this, app, $"On(\"{name}\")", hasData: true));
        }
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
