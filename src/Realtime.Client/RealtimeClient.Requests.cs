namespace Realtime;

// What the link and the topics ask of the client, all inside its gate.
public sealed partial class RealtimeClient
{
    /// <summary>A number for a request. May be asked for outside of the gate.</summary>
    internal long NextReference() => Interlocked.Increment(ref _references);

    /// <summary>Sends a request; <paramref name="settle"/> gets the reply, or null when the connection is lost before it came.</summary>
    internal void Transmit(long reference, byte[] message, Action<ServerMessage?> settle)
    {
        _pending.Add(reference, settle);
        _link.Send(message);
    }

    internal void Leave(string topic, Action<ServerMessage?> settle)
    {
        var reference = NextReference();
        Transmit(reference, Messages.Leave(reference, topic), settle);
    }

    internal void Ping()
    {
        var reference = NextReference();
        Transmit(reference, Messages.Ping(reference), static _ => { });
    }

    internal void Authenticate(string token, Action<ServerMessage?> settle)
    {
        var reference = NextReference();
        Transmit(reference, Messages.Authenticate(reference, token), settle);
    }

    internal bool IsIn(string topic) => _topics.ContainsKey(topic);

    internal void Forget(JoinedTopic topic)
    {
        if (_topics.TryGetValue(topic.Name, out var kept) && kept == topic)
        {
            _topics.Remove(topic.Name);
        }
    }

    /// <summary>Has the app's own code run once the gate is free; what it throws is logged.</summary>
    internal void Tell(Action notice, string name) => Gate.Notify(() =>
    {
        try
        {
            notice();
        }
        catch (Exception exception)
        {
            ClientLog.HandlerThrew(_logger, exception, name);
        }
    });

    internal void NotLetIn(string topic, RealtimeException error) =>
        Gate.Notify(() => ClientLog.NotLetIn(_logger, topic, error.Code, error.Message));

    internal void Opened()
    {
        foreach (var topic in _topics.Values)
        {
            topic.Connected();
        }
    }

    internal void Receive(ServerMessage message)
    {
        switch (message.Type)
        {
            case "reply":
                if (message.Ref is { } reference && _pending.Remove(reference, out var settle))
                {
                    settle(message);
                }
                break;
            case "error":
                var error = message.Error;
                Gate.Notify(() => ClientLog.Fault(_logger, error.Code, error.Message));
                break;
            default:
                if ((message.Via ?? message.Topic) is { } name && _topics.TryGetValue(name, out var topic))
                {
                    topic.Receive(message);
                }
                break;
        }
    }

    internal void Lost()
    {
        Action<ServerMessage?>[] pending = [.. _pending.Values];
        JoinedTopic[] topics = [.. _topics.Values];
        _pending.Clear();
        Pace.Clear();
        foreach (var topic in topics)
        {
            topic.Disconnected();
        }
        foreach (var settle in pending)
        {
            settle(null);
        }
        if (IsClosed)
        {
            foreach (var topic in topics)
            {
                topic.End(ClosedError, isWished: _link.Reason?.Code == 1000);
            }
        }
    }

    internal void Entered(RealtimeClientState state, ConnectionLoss? reason)
    {
        switch (state)
        {
            case RealtimeClientState.Open:
                _opened?.TrySetResult();
                _opened = null;
                Gate.Notify(() => ClientLog.Connected(_logger));
                break;
            case RealtimeClientState.Waiting:
                Fail(RealtimeException.Lost($"The connection could not be opened: {reason!.Message} The client goes on trying.", reason.Exception));
                Gate.Notify(() => ClientLog.Lost(_logger, reason.Code, reason.Message, reason.Exception));
                break;
            case RealtimeClientState.Closed:
                Fail(ClosedError);
                if (reason!.Code != 1000)
                {
                    Gate.Notify(() => ClientLog.Closed(_logger, reason.Code, reason.Message));
                }
                break;
        }
        if (StateChanged is { } handlers)
        {
            Tell(() => handlers(this, new RealtimeClientStateChange(state, reason)), nameof(StateChanged));
        }
    }

    private void Fail(RealtimeException error)
    {
        if (_opened is { } opened)
        {
            _opened = null;
            opened.TrySetException(error);
            // Whoever waited may have given up: an unobserved exception would be reported for nothing.
            _ = opened.Task.Exception;
        }
    }
}
