namespace Realtime;

// Being in the topic: joins and rejoins, places, resets, the end. All inside the client's gate, unless said otherwise.
public sealed partial class JoinedTopic
{
    private readonly Func<byte[]> _data;
    private readonly int? _history;
    private readonly Alarm _alarm;
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RealtimeException?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadOnlyMemory<byte> _reply;
    private TopicPlace? _place;
    // The place before the first event that this client was sent.
    private TopicPlace? _start;
    // Up to this offset the server left events out, because this client reads too slowly.
    private long _skippable;
    private bool _isJoined;
    private bool _isOver;
    private int _faults;

    /// <summary>Completes with the answer to the first join.</summary>
    internal Task Entered => _entered.Task;

    /// <summary>There is a connection.</summary>
    internal void Connected()
    {
        _faults = 0;
        Enter();
    }

    /// <summary>The connection is gone.</summary>
    internal void Disconnected()
    {
        Suspend();
        _isDraining = false;
    }

    /// <summary>Joins, behind a leave if the server may still have this client in the topic.</summary>
    internal void Enter(bool leaveFirst = false)
    {
        var resume = _place;
        _client.Pace.Enter(turn =>
        {
            if (_isOver)
            {
                turn.Done();
                return;
            }
            var reference = _client.NextReference();
            byte[] message;
            try
            {
                message = _client.Messages.Join(reference, Name, _data(), _history, resume);
            }
            catch (Exception exception)
            {
                turn.Done();
                Refused(exception as RealtimeException ?? new RealtimeException("bad_data", $"The data for '{Name}' cannot be written: {exception.Message}", exception));
                return;
            }
            if (leaveFirst)
            {
                _client.Leave(Name, static _ => { });
            }
            _client.Transmit(reference, message, reply =>
            {
                // Null: lost with its connection, and the next one joins again. Over: left meanwhile.
                if (reply is not null && !turn.Done(reply) && !_isOver)
                {
                    Answered(reply, resume);
                }
            });
        });
    }

    internal void Receive(ServerMessage message)
    {
        if (!_isJoined)
        {
            // What comes before the reply to a join belongs to the time before.
            return;
        }
        switch (message.Type)
        {
            case "event":
                if (Advance(message.Offset))
                {
                    _inbox.Add(new ReceivedEvent(message.Topic!, message.Event ?? "", message.Data, message.Offset, _client.Json));
                }
                break;
            case "skip":
                // This client's own, which it sent to the others only: it has its place all the same.
                Advance(message.Offset);
                break;
            case "dropped":
                // Told before the gap is seen, so that it is none.
                _skippable = Math.Max(_skippable, message.Offset ?? 0);
                _inbox.Drop(message.Count ?? 0);
                break;
            case "left":
                End(message.Error, isWished: false);
                break;
            case "presence":
                _members.Apply(message);
                break;
            case "reset" when message.Place is { } place:
                ResetTo(place);
                break;
        }
    }

    /// <summary>Ends the membership on this side, for the reason that whatever waits fails with.</summary>
    internal void End(RealtimeException error, bool isWished)
    {
        if (_isOver)
        {
            return;
        }
        _isOver = true;
        Suspend();
        _client.Forget(this);
        _entered.TrySetException(error);
        _ = _entered.Task.Exception;
        FailQueue(error);
        _inbox.Complete(isWished ? null : error);
        _ended.TrySetResult(isWished ? null : error);
        _members.Tell();
    }

    /// <summary>Leaves because nobody waits for the join any more. Called outside the gate.</summary>
    internal void Abandon() => _ = LeaveAsync();

    private Task LeaveAsync()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (_client.Gate.Enter())
        {
            var isKnown = !_isOver && _client.IsConnected;
            End(new RealtimeException("left", $"'{Name}' was left."), isWished: true);
            if (isKnown)
            {
                _client.Leave(Name, reply =>
                {
                    if (reply?.IsTooFast == true)
                    {
                        LeaveLater();
                    }
                    left.SetResult();
                });
            }
            else
            {
                left.SetResult();
            }
        }
        return left.Task;
    }

    /// <summary>Says again that the topic was left, unless it is wanted again by then.</summary>
    private void LeaveLater() => _client.Pace.Enter(turn =>
    {
        if (_client.IsIn(Name))
        {
            turn.Done();
        }
        else
        {
            _client.Leave(Name, reply => turn.Done(reply));
        }
    });

    private void Suspend()
    {
        _isJoined = false;
        _alarm.Clear();
    }

    private void Answered(ServerMessage reply, TopicPlace? resume)
    {
        if (!reply.IsOk)
        {
            Refused(reply.Error);
            return;
        }
        _isJoined = true;
        _skippable = 0;
        _members.Renew();
        if (resume is null || reply.Recovered)
        {
            _place = reply.Place;
            _start ??= _place;
        }
        else if (reply.Place is null)
        {
            // The topic keeps no history any more. Otherwise the reset behind this reply moves the place: lost in between, it comes again.
            ResetTo(null);
        }
        _reply = reply.Data;
        _entered.TrySetResult();
        Drain();
    }

    private void Refused(RealtimeException error)
    {
        if (error.Code == "already_joined")
        {
            Rejoin(_client.Options.Backoff(_faults));
            return;
        }
        if (_entered.Task.IsCompleted)
        {
            _client.NotLetIn(Name, error);
        }
        End(error, isWished: false);
    }

    /// <summary>Leaves and joins from the last place, within a window that grows with each fault in a row, so that none can spin.</summary>
    private void Rejoin(TimeSpan window)
    {
        Suspend();
        _faults++;
        _alarm.Set(_client.Options.Random() * window, () => Enter(leaveFirst: true));
    }

    // Moves the place, and tells whether there is something new at that offset.
    private bool Advance(long? next)
    {
        if (_place is not { } place || next is not { } offset)
        {
            return true;
        }
        if (offset <= place.Offset)
        {
            return false;
        }
        if (offset > Math.Max(place.Offset, _skippable) + 1)
        {
            Rejoin(_faults == 0 ? TimeSpan.Zero : _client.Options.Backoff(_faults));
            return false;
        }
        _place = place with { Offset = offset };
        _faults = 0;
        return true;
    }

    private void ResetTo(TopicPlace? place)
    {
        _place = place;
        _start = place;
        _inbox.Add(new ReceivedEvent(Name, "", default, place?.Offset, _client.Json, isReset: true));
        if (Reset is { } handlers)
        {
            _client.Tell(() => handlers(this, new TopicReset(place)), nameof(Reset));
        }
    }
}
