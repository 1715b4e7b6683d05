using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Realtime;

/// <summary>
/// One connection to a Realtime app, which carries many topics. A lost connection is replaced, and the topics go on where they
/// were: every missed event in order, each once, or a reset. All members may be used from any thread.
/// </summary>
public sealed partial class RealtimeClient : IAsyncDisposable, IDisposable
{
    // Half of what a server lets wait behind a slow handler before it reads no further: a ping is always answered.
    private const int MaxUnanswered = 32;

    private readonly Dictionary<string, JoinedTopic> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Action<ServerMessage?>> _pending = [];
    private readonly ILogger _logger;
    private readonly Link _link;
    private TaskCompletionSource? _opened;
    private long _references;

    /// <summary>Makes a client of a server. It connects with the first join, or with <see cref="ConnectAsync"/>.</summary>
    /// <param name="url">The server's realtime endpoint: <c>ws://127.0.0.1:5000/realtime</c>. <c>http</c> is taken for <c>ws</c>, <c>https</c> for <c>wss</c>.</param>
    /// <param name="options">How to connect, wait and buffer; null for the defaults.</param>
    /// <exception cref="ArgumentException">The address is none, or an option is out of range.</exception>
    public RealtimeClient(string url, RealtimeClientOptions? options = null)
        : this(WebSocketConnector.Parse(url), options)
    {
    }

    /// <summary>Makes a client of a server. It connects with the first join, or with <see cref="ConnectAsync"/>.</summary>
    /// <param name="url">The server's realtime endpoint: <c>ws://127.0.0.1:5000/realtime</c>. <c>http</c> is taken for <c>ws</c>, <c>https</c> for <c>wss</c>.</param>
    /// <param name="options">How to connect, wait and buffer; null for the defaults.</param>
    /// <exception cref="ArgumentException">The address is none, or an option is out of range.</exception>
    public RealtimeClient(Uri url, RealtimeClientOptions? options = null)
        : this(new WebSocketConnector(url, options ?? new RealtimeClientOptions()).OpenAsync, options)
    {
    }

    /// <summary>Makes a client over connections of another kind: in memory, through a tunnel.</summary>
    /// <param name="connect">
    /// Opens a WebSocket that speaks <c>realtime.v1.json</c>, or where <see cref="RealtimeClientOptions.MessagePack"/> is set <c>realtime.v1.msgpack</c>; called for each connection. The client disposes of it.
    /// <see cref="RealtimeClientOptions.Token"/> and <see cref="RealtimeClientOptions.Configure"/> are not used.
    /// </param>
    /// <param name="options">How to wait and buffer; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RealtimeClient(Func<CancellationToken, Task<WebSocket>> connect, RealtimeClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(connect);
        Options = options ?? new RealtimeClientOptions();
        Options.Validate();
        Time = Options.Time ?? TimeProvider.System;
        Json = new ClientJson(Options.Json);
        Messages = new ClientMessages(Options.Format);
        _logger = (ILogger?)Options.Logging?.CreateLogger("Realtime.Client") ?? NullLogger.Instance;
        Pace = new Pace(Gate, Options, Time);
        _link = new Link(this, connect, Options, Time);
    }

    /// <summary>
    /// Raised for each new state, in order. It is raised on the thread that reads the connection, so a handler must not block; what it
    /// throws is logged.
    /// </summary>
    public event EventHandler<RealtimeClientStateChange>? StateChanged;

    /// <summary>What the client is doing.</summary>
    public RealtimeClientState State
    {
        get
        {
            using var scope = Gate.Enter();
            return _link.State;
        }
    }

    /// <summary>Why the connection was lost; null while it is not.</summary>
    public ConnectionLoss? Reason
    {
        get
        {
            using var scope = Gate.Enter();
            return _link.Reason;
        }
    }

    internal Gate Gate { get; } = new();

    internal RealtimeClientOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ClientJson Json { get; }

    internal ClientMessages Messages { get; }

    internal Pace Pace { get; }

    /// <summary>Whether a request can be sent right now without waiting for the answers to others.</summary>
    internal bool HasRoom => _link.IsConnected && _pending.Count < MaxUnanswered;

    internal bool IsConnected => _link.IsConnected;

    internal bool IsClosed => _link.State == RealtimeClientState.Closed;

    internal RealtimeException ClosedError => new("closed", $"The connection is closed: {_link.Reason?.Message}", _link.Reason?.Exception);

    /// <summary>Connects, and completes once the server has said welcome. A join does that too; this one tells when it fails.</summary>
    /// <param name="cancellationToken">Gives up waiting, not connecting.</param>
    /// <exception cref="RealtimeException">
    /// The attempt failed (<c>connection_lost</c>: the client goes on trying), or the client is closed (<c>closed</c>).
    /// </exception>
    public Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        Task opened;
        using (Gate.Enter())
        {
            _link.Start();
            if (IsClosed)
            {
                throw ClosedError;
            }
            _opened ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            opened = _link.State == RealtimeClientState.Open ? Task.CompletedTask : _opened.Task;
        }
        return opened.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Enters a topic, now or once the connection is open, and again after each lost connection, until it is left.
    /// </summary>
    /// <param name="topic">The topic's full name, such as <c>room:lobby</c>.</param>
    /// <param name="data">For the server's join handler, written once as JSON; null for none.</param>
    /// <param name="history">How many of the newest kept events to get first; null for none.</param>
    /// <param name="since">Where this program was in the topic before (<see cref="JoinedTopic.Place"/>), to get what it missed; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up; the topic is then left.</param>
    /// <returns>The topic, once the server has let this client in.</returns>
    /// <exception cref="RealtimeException">
    /// The server refuses (with its code), this client is in the topic already (<c>already_joined</c>), or it is closed (<c>closed</c>).
    /// </exception>
    public Task<JoinedTopic> JoinAsync(string topic, object? data = null, int? history = null, TopicPlace? since = null, CancellationToken cancellationToken = default)
    {
        var json = data is null ? [] : Json.Write(data);
        return JoinAsync(topic, () => json, history, since, cancellationToken);
    }

    /// <summary>
    /// Enters a topic, now or once the connection is open, and again after each lost connection, until it is left.
    /// </summary>
    /// <param name="topic">The topic's full name, such as <c>room:lobby</c>.</param>
    /// <param name="data">
    /// Makes what goes to the server's join handler, asked for each join and rejoin anew: for a token that is renewed. It must not block. Null for none.
    /// </param>
    /// <param name="history">How many of the newest kept events to get first; null for none.</param>
    /// <param name="since">Where this program was in the topic before (<see cref="JoinedTopic.Place"/>), to get what it missed; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up; the topic is then left.</param>
    /// <returns>The topic, once the server has let this client in.</returns>
    /// <exception cref="RealtimeException">
    /// The server refuses (with its code), this client is in the topic already (<c>already_joined</c>), or it is closed (<c>closed</c>).
    /// </exception>
    public Task<JoinedTopic> JoinAsync(string topic, Func<object?>? data, int? history = null, TopicPlace? since = null, CancellationToken cancellationToken = default)
    {
        return JoinAsync(topic, data is null ? static () => [] : () => Json.Write(data()), history, since, cancellationToken);
    }

    /// <summary>Closes for good. What waits fails: unsent with the code <c>closed</c>, unanswered with <c>connection_lost</c>. Sequences of events end.</summary>
    public void Dispose()
    {
        using var scope = Gate.Enter();
        _link.Close(new ConnectionLoss(1000, "This client was closed."));
    }

    /// <summary>Closes for good, as <see cref="Dispose"/> does, and completes when the server has answered the close or is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _link.WireEnded;
    }

    private async Task<JoinedTopic> JoinAsync(string name, Func<byte[]> data, int? history, TopicPlace? since, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(history ?? 0, nameof(history));
        cancellationToken.ThrowIfCancellationRequested();
        var topic = Register(new JoinedTopic(this, name, data, history, since));
        try
        {
            await topic.Entered.WaitAsync(cancellationToken);
            return topic;
        }
        catch (OperationCanceledException)
        {
            topic.Abandon();
            throw;
        }
    }

    private JoinedTopic Register(JoinedTopic topic)
    {
        using var scope = Gate.Enter();
        if (IsClosed)
        {
            throw ClosedError;
        }
        if (!_topics.TryAdd(topic.Name, topic))
        {
            throw new RealtimeException("already_joined", $"This client is in '{topic.Name}' already: leave it first.");
        }
        _link.Start();
        if (IsConnected)
        {
            topic.Enter();
        }
        return topic;
    }
}
