using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>One accepted WebSocket, or what stands in for it: its connection, its outbox, and how it is brought to an end within a limit.</summary>
internal class Link : IThreadPoolWorkItem
{
    private const long Never = long.MaxValue / 2;

    private readonly TimingWheel _wheel;
    private readonly SocketOptions _options;
    private readonly WebSocketConnection? _connection;
    private long _heartbeat;
    private string _silence = "Nothing was heard for two heartbeats.";
    private KeepAlive _keepAlive;
    private bool _isRaw;
    private long _lastHeard;
    private long _abortAt = Never;
    private long _expiresAt = Never;
    private int _isClosing;
    private volatile bool _isAborting;
    private volatile bool _isEnded;
    private int _closeCode;
    private string? _closeReason;

    private Link(WebSocketConnection connection, SocketOptions options, TimingWheel wheel)
    {
        _connection = connection;
        _options = options;
        _wheel = wheel;
    }

    /// <summary>For links over something else than a WebSocket.</summary>
    /// <param name="outbox">The only writer.</param>
    /// <param name="options">Limits.</param>
    /// <param name="wheel">The wheel of all links.</param>
    protected Link(Outbox outbox, SocketOptions options, TimingWheel wheel)
    {
        Outbox = outbox;
        _options = options;
        _wheel = wheel;
    }

    /// <summary>The contract's connection below, of a WebSocket.</summary>
    public WebSocketConnection Connection => _connection ?? throw new InvalidOperationException("This link is no WebSocket: it has no such connection.");

    /// <summary>The connection's only writer.</summary>
    public Outbox Outbox { get; private set; } = null!;

    /// <summary>Whether somebody waits for a message just now. Where nobody does, the peer cannot be heard.</summary>
    public bool IsReceiving { get; private set; }

    /// <summary>Whether this side has begun to close.</summary>
    public bool IsClosing => Volatile.Read(ref _isClosing) != 0;

    /// <summary>The code this side closed with, or null.</summary>
    public int? CloseCode => IsClosing ? _closeCode : null;

    /// <summary>The code it ended with: this side's, if it closed first, else the peer's; 1006 where the peer vanished.</summary>
    public int EndCode => CloseCode ?? _connection?.CloseCode ?? CloseCodes.Vanished;

    /// <summary>What to say before a close with 1001, or null for nothing.</summary>
    public PreparedFrame? Farewell { get; init; }

    /// <summary>Whether the peer's silence is to be held against it just now.</summary>
    public Func<bool>? IsExcused { get; init; }

    // The wheel's own: where this link waits.
    internal Link? Next { get; set; }

    internal Link? Previous { get; set; }

    internal int Slot { get; set; } = -1;

    internal long Due { get; set; }

    /// <summary>Accepts a handshake with an outbox in front of the connection's stream, and puts the link on the wheel.</summary>
    /// <param name="connection">The connection, not answered yet.</param>
    /// <param name="subprotocol">The subprotocol to speak, or null.</param>
    /// <param name="options">Limits.</param>
    /// <param name="wheel">The wheel of all links.</param>
    /// <param name="farewell">What to say before a close with 1001, or null for nothing.</param>
    /// <param name="isExcused">Tells whether silence is not to be held against the peer, or null.</param>
    public static async ValueTask<Link> AcceptAsync(
        WebSocketConnection connection,
        string? subprotocol,
        SocketOptions options,
        TimingWheel wheel,
        PreparedFrame? farewell = null,
        Func<bool>? isExcused = null)
    {
        var link = new Link(connection, options, wheel) { Farewell = farewell, IsExcused = isExcused };
        await connection.AcceptAsync(new WebSocketAcceptOptions
        {
            Subprotocol = subprotocol,
            MaxMessageSize = options.MaxMessageSize,
            CompressFrom = options.Compression?.Threshold,
            Transport = stream => link.Outbox = new Outbox(stream, options.OutboxLimit),
        });
        link.Outbox.CompressFrom = connection.IsCompressed ? Math.Max(options.Compression!.Threshold, 1) : 0;
        return link;
    }

    /// <summary>Puts the link on the wheel; one that comes while the server stops is told to go at once.</summary>
    /// <param name="heartbeat">How often the peer must be heard, or null for never.</param>
    public void Open(TimeSpan? heartbeat)
    {
        // Two heartbeats may pass: one that is on its way is not missing.
        _heartbeat = heartbeat is { } span ? _wheel.TicksOf(span * 2) : 0;
        Enter();
    }

    /// <summary>Puts the link of a raw route on the wheel, which pings its peer and limits how long a message may take.</summary>
    public void OpenRaw()
    {
        _isRaw = true;
        if (_options.ReceiveTimeout > TimeSpan.Zero)
        {
            _heartbeat = _wheel.TicksOf(_options.ReceiveTimeout);
            _silence = "No message came in time.";
        }
        if (_options.KeepAliveInterval > TimeSpan.Zero)
        {
            _keepAlive = new KeepAlive(_wheel.TicksOf(_options.KeepAliveInterval), _wheel.TicksOf(_options.KeepAliveTimeout), _wheel.CurrentTick());
        }
        Enter();
    }

    /// <summary>Closes it with 3003 unless this is called again in time; null for never.</summary>
    public void ExpireIn(TimeSpan? span)
    {
        _expiresAt = span is { } limit ? _wheel.CurrentTick() + _wheel.TicksOf(limit) : Never;
        _wheel.Reschedule(this);
    }

    /// <summary>Notes that a message is waited for from now on.</summary>
    public void BeginReceive()
    {
        Heard();
        IsReceiving = true;
    }

    /// <summary>Notes that nobody waits for a message any more.</summary>
    public void EndReceive() => IsReceiving = false;

    /// <summary>Notes that the peer was heard.</summary>
    public void Heard() => _lastHeard = _wheel.Now;

    /// <summary>Closes from any thread, at once and without waiting: the close frame goes behind what is queued, and the connection is cut when the peer does not answer in time.</summary>
    public void Close(int code, string? reason)
    {
        if (Interlocked.CompareExchange(ref _isClosing, 1, 0) != 0)
        {
            return;
        }
        (_closeCode, _closeReason) = (code, reason);
        _abortAt = _wheel.Now + _wheel.TicksOf(_options.CloseTimeout) + 1;
        _wheel.Reschedule(this);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Gives up on a peer that reads too slowly: what it has not read is dropped, so that the close can reach it.</summary>
    public void CloseSlow()
    {
        Outbox.DropQueued();
        Close(CloseCodes.TooSlow, "This client reads too slowly.");
    }

    /// <summary>Tells the peer that the server is going.</summary>
    public void GoAway()
    {
        if (Farewell is { } farewell && !IsClosing)
        {
            Outbox.TryEnqueue(farewell);
        }
        Close(CloseCodes.GoingAway, "The server is going away.");
    }

    /// <summary>Ends the link: what is queued is written (a close among it must reach the peer), and the wheel forgets it.</summary>
    public async ValueTask EndAsync(TimeProvider time)
    {
        if (!await Outbox.DrainAsync(_options.CloseTimeout, time))
        {
            Cut();
        }
        _isEnded = true;
        _wheel.Remove(this);
    }

    /// <summary>For the wheel: the tick at which to look at this link.</summary>
    public long NextLook(long now)
    {
        if (_isAborting)
        {
            return Never;
        }
        if (IsClosing)
        {
            return _abortAt;
        }
        var next = _heartbeat > 0 ? Math.Max(_lastHeard + _heartbeat, now + 1) : Never;
        return Math.Min(_expiresAt, _keepAlive.IsOn ? Math.Min(next, _keepAlive.NextLook) : next);
    }

    /// <summary>For the wheel: looks whether the peer is late.</summary>
    public void Look(long now)
    {
        if (IsClosing)
        {
            if (now >= _abortAt && !_isAborting)
            {
                _isAborting = true;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            return;
        }
        if (now >= _expiresAt)
        {
            Close(now, CloseCodes.Expired, "The token has expired.");
        }
        else if (_heartbeat > 0 && now - _lastHeard >= _heartbeat)
        {
            if (_isRaw ? !IsReceiving : IsExcused?.Invoke() == true)
            {
                _lastHeard = now;
                return;
            }
            Close(now, CloseCodes.Silent, _silence);
        }
        else if (_keepAlive.IsOn)
        {
            Act(_keepAlive.Look(now, Outbox.Activity, IsReceiving));
        }
    }

    private void Act(KeepAliveVerdict verdict)
    {
        switch (verdict)
        {
            case KeepAliveVerdict.Ping:
                Outbox.TryEnqueue(PreparedFrame.Ping);
                break;
            case KeepAliveVerdict.Dead when !_isAborting:
                _isAborting = true;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                break;
        }
    }

    private void Enter()
    {
        if (!_wheel.Add(this))
        {
            GoAway();
        }
    }

    /// <summary>Puts the close behind what is queued.</summary>
    protected virtual Task SayCloseAsync(int code, string? reason) => Connection.CloseAsync(code, reason).AsTask();

    /// <summary>Cuts the connection.</summary>
    /// <exception cref="ObjectDisposedException">It is over already.</exception>
    protected virtual void Abort() => Connection.Abort();

    void IThreadPoolWorkItem.Execute()
    {
        if (_isEnded)
        {
            return;
        }
        if (_isAborting)
        {
            Cut();
            return;
        }
        _ = SendCloseAsync();
    }

    // Under the wheel's lock: as Close, without asking the wheel to move it, which it does next.
    private void Close(long now, int code, string reason)
    {
        if (Interlocked.CompareExchange(ref _isClosing, 1, 0) == 0)
        {
            (_closeCode, _closeReason) = (code, reason);
            _abortAt = now + _wheel.TicksOf(_options.CloseTimeout);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private async Task SendCloseAsync()
    {
        try
        {
            await SayCloseAsync(_closeCode, _closeReason);
        }
        catch (Exception)
        {
            // It was closed or gone already, or its stream failed: cutting is all that is left, and harmless.
            Cut();
        }
    }

    private void Cut()
    {
        try
        {
            Abort();
        }
        catch (ObjectDisposedException)
        {
            // The handler returned a moment ago: there is nothing left to cut.
        }
    }
}
