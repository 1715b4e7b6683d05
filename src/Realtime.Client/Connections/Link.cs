using System.Net.WebSockets;

namespace Realtime;

/// <summary>
/// Keeps one connection after another: attempts, backoff, heartbeat. Knows the welcome, the away, and nothing of topics. All of it
/// happens inside the client's gate.
/// </summary>
internal sealed partial class Link
{
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(25);
    // Answered: this connection is good, so the backoff starts anew.
    private static readonly TimeSpan FirstPing = TimeSpan.FromSeconds(5);

    private readonly RealtimeClient _client;
    private readonly RealtimeClientOptions _options;
    private readonly Func<CancellationToken, Task<WebSocket>> _open;
    private readonly TimeProvider _time;
    // One at a time: the welcome's deadline, the next ping, its answer's deadline, or the next attempt.
    private readonly Alarm _alarm;
    private Wire? _wire;
    private TimeSpan _heartbeat;
    private TimeSpan? _away;
    private int _attempt;
    private bool _isPinged;

    public Link(RealtimeClient client, Func<CancellationToken, Task<WebSocket>> open, RealtimeClientOptions options, TimeProvider time)
    {
        _client = client;
        _open = open;
        _options = options;
        _time = time;
        _alarm = new Alarm(client.Gate, time);
        _renewal = new Alarm(client.Gate, time);
    }

    public RealtimeClientState State { get; private set; }

    public ConnectionLoss? Reason { get; private set; }

    /// <summary>Whether something can be sent right now; the welcome may still be on its way.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>The connection of now, or the last one.</summary>
    public Task WireEnded { get; private set; } = Task.CompletedTask;

    public void Start()
    {
        if (State == RealtimeClientState.New)
        {
            Connect();
        }
    }

    public void Send(byte[] message) => _wire!.Send(message);

    /// <summary>Closes for good.</summary>
    public void Close(ConnectionLoss reason)
    {
        if (State == RealtimeClientState.Closed)
        {
            return;
        }
        _wire?.Close(1000, "");
        State = RealtimeClientState.Closed;
        Reason = reason;
        Gone();
        _client.Entered(State, reason);
    }

    /// <summary>A wire stands.</summary>
    public void Opened(Wire wire)
    {
        using var scope = _client.Gate.Enter();
        if (wire == _wire)
        {
            IsConnected = true;
            _client.Opened();
        }
    }

    public void Received(Wire wire, ServerMessage message)
    {
        using var scope = _client.Gate.Enter();
        if (wire == _wire)
        {
            Receive(message);
        }
    }

    /// <summary>A wire has ended.</summary>
    public void Lost(Wire wire, ConnectionLoss loss)
    {
        using var scope = _client.Gate.Enter();
        if (wire == _wire)
        {
            Lose(loss);
        }
    }

    private void Connect()
    {
        _wire = new Wire(this, _open, _options.Format, _options.MaxMessageSize, _time);
        _alarm.Set(_options.Timeout, () => Drop("The server did not say welcome in time."));
        Enter(RealtimeClientState.Connecting, reason: null);
        _wire.Start();
        WireEnded = _wire.Ended;
    }

    private void Receive(ServerMessage message)
    {
        if (State == RealtimeClientState.Connecting)
        {
            if (message.Type != "welcome")
            {
                // The welcome is the first message; whoever speaks before it is no server of ours.
                return;
            }
            _heartbeat = message.Heartbeat is > 0 ? Span(message.Heartbeat.Value) : DefaultHeartbeat;
            var first = _heartbeat * 0.8;
            _alarm.Set(first < FirstPing ? first : FirstPing, Ping);
            RenewBefore(message.Expires);
            Enter(RealtimeClientState.Open, reason: null);
        }
        else if (_isPinged)
        {
            _isPinged = false;
            _attempt = 0;
            _alarm.Set(_heartbeat * 0.8, Ping);
        }
        if (message.Type == "away")
        {
            _away = message.Reconnect is { } window ? Span(window) : null;
        }
        _client.Receive(message);
    }

    private void Ping()
    {
        _isPinged = true;
        _alarm.Set(_options.Timeout, () => Drop("The server does not answer any more."));
        _client.Ping();
    }

    private void Drop(string message)
    {
        _wire!.Close(3001, message);
        Lose(new ConnectionLoss(3001, message));
    }

    private void Lose(ConnectionLoss loss)
    {
        if (loss.IsFinal)
        {
            _wire = null;
            Close(loss);
            return;
        }
        Gone();
        var window = _away ?? _options.Backoff(_attempt);
        _attempt++;
        _away = null;
        _alarm.Set(_options.Random() * window, Connect);
        Enter(RealtimeClientState.Waiting, loss);
    }

    private void Gone()
    {
        _alarm.Clear();
        _renewal.Clear();
        _wire = null;
        _isPinged = false;
        IsConnected = false;
        _client.Lost();
    }

    private void Enter(RealtimeClientState state, ConnectionLoss? reason)
    {
        State = state;
        Reason = reason;
        _client.Entered(state, reason);
    }

    // Whatever a server says, it must be something that a clock can count.
    private static TimeSpan Span(long milliseconds) => TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue));
}
