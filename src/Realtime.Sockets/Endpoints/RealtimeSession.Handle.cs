using System.Security.Cryptography;
using Realtime.Binding;

namespace Realtime.Sockets;

internal sealed partial class RealtimeSession
{
    private const int DefaultPage = 100;
    private const int LargestPage = 1000;

    // One at a time, in the order of the messages: the lane sees to it.
    private async ValueTask HandleAsync(ClientMessage message)
    {
        try
        {
            var fault = message.Type switch
            {
                ClientMessageType.Join or ClientMessageType.Rejoin => await JoinAsync(message.Keep()),
                ClientMessageType.Leave => await LeaveAsync(message),
                ClientMessageType.History => await PageAsync(message),
                ClientMessageType.Authenticate => await AuthenticateAsync(message),
                ClientMessageType.Departure => await DepartAsync(),
                _ => await CallAsync(message),
            };
            if (fault is { } refused)
            {
                Refuse(message, refused);
            }
        }
        catch (TopicError error)
        {
            Refuse(message, error);
        }
        catch (BadDataException exception)
        {
            Refuse(message, Fault.BadData(exception.Message));
        }
        catch (BindingException)
        {
            // A part of the topic's name is not what the handler takes it for: there is no such topic.
            Refuse(message, Fault.UnknownTopic(message.Topic));
        }
        catch (OperationCanceledException) when (_isEnded)
        {
        }
        catch (Exception exception)
        {
            var name = message.Type == ClientMessageType.Event ? message.Event : message.Type.ToString();
            Refuse(message, Failed(exception, name, message.Topic));
        }
    }

    private void Refuse(ClientMessage message, TopicError error)
    {
        try
        {
            Refuse(message, FaultOf(error));
        }
        catch (Exception exception) when (error.Details is not null)
        {
            // The details cannot be written.
            Refuse(message, Failed(exception, error.Code, message.Topic));
        }
    }

    private static Fault FaultOf(TopicError error) => new(error.Code, error.Message, error.Details);

    private Fault Failed(Exception exception, string name, string topic)
    {
        var reference = RandomNumberGenerator.GetHexString(8, lowercase: true);
        SocketLog.TopicHandlerFailed(_endpoint.Host.Logger, exception, name, topic, Id, reference);
        return Fault.Internal(reference);
    }

    private async ValueTask<Fault?> CallAsync(ClientMessage message)
    {
        if (Find(message.Topic) is not { } member)
        {
            return Fault.NotJoined(message.Topic);
        }
        if (member.Topic.Definition.Event(message.Event) is not { } handler)
        {
            return Fault.UnknownEvent(message.Topic, message.Event);
        }
        var result = await _endpoint.Host.Meters.HandleAsync(handler, member, message);
        if (message.Ref > 0)
        {
            Send(Codec.Reply(message.Ref, result));
        }
        return null;
    }

    private async ValueTask<Fault?> JoinAsync(ClientMessage message)
    {
        if (Find(message.Topic) is not null)
        {
            return Fault.AlreadyJoined(message.Topic);
        }
        if (_members.Count >= _endpoint.Options.MaxJoins)
        {
            return Fault.TooManyJoins(_endpoint.Options.MaxJoins);
        }
        var isWildcard = TopicWildcard.IsWildcard(message.Topic);
        // Most who join a topic are not the first: one object serves them all.
        var known = isWildcard ? _endpoint.Topics.MatchWildcard(message.Topic) : _endpoint.Topics.Audiences.Find(message.Topic)?.Topic ?? _endpoint.Topics.Match(message.Topic);
        if (known is not { } topic)
        {
            return Fault.UnknownTopic(message.Topic);
        }
        var member = new Member(_endpoint.NextId(), topic, this);
        if (Stranger(topic.Definition, message.Topic) is { } stranger)
        {
            return stranger;
        }
        // A wildcard with nobody to let a client in lets none in.
        if (topic.Definition.Authorize is { } authorize ? await authorize.InvokeAsync(member, message.Data) is not true : isWildcard)
        {
            return Fault.Forbidden(message.Topic);
        }
        var data = topic.Definition.Join is { } handler ? await handler.InvokeAsync(member, message.Data) : null;
        var audience = await _endpoint.Topics.Audiences.EnterAsync(topic, Ended);
        var isIn = false;
        try
        {
            isIn = await EnterAsync(audience, member, message, data);
        }
        finally
        {
            if (!isIn)
            {
                audience.Remove(member, hasLeft: true);
                await _endpoint.Topics.Audiences.LeaveAsync(audience);
            }
        }
        if (isIn)
        {
            _endpoint.Host.Meters.Joined(topic.Definition.Pattern.Text);
        }
        if (isIn && topic.Definition.Joined is { } joined)
        {
            await JoinedAsync(member, joined);
        }
        return null;
    }

    // The join was answered: a fault here is no answer to it any more.
    private async ValueTask JoinedAsync(Member member, TopicHandler handler)
    {
        try
        {
            await handler.InvokeAsync(member, default);
        }
        catch (TopicError error) when (error.Details is null)
        {
            Send(Codec.Error(FaultOf(error), member.Topic.Name));
        }
        catch (OperationCanceledException) when (_isEnded)
        {
        }
        catch (Exception exception)
        {
            Send(Codec.Error(Failed(exception, "OnJoined", member.Topic.Name), member.Topic.Name));
        }
    }

    // The order that the protocol promises: the reply, then what was missed or a reset, then presence, then live events.
    private async ValueTask<bool> EnterAsync(Audience audience, Member member, ClientMessage message, object? data)
    {
        audience.Add(member);
        var position = 0L;
        if (audience.Topic.Definition.History is { } history)
        {
            var page = await _endpoint.Topics.Backplane.ReadAsync(audience.Topic.Name, history, message.Since, message.History, Ended);
            Mark(message, page);
            Answer(message, data, new JoinOutcome(page.Start, page.Recovered));
            if (message.Since is not null && !page.Recovered)
            {
                Send(Codec.Reset(audience.Topic.Name, page.Start));
            }
            foreach (var publication in page.Publications)
            {
                await SendReplayAsync(publication.Frame(Codec));
            }
            position = page.Start.Offset + page.Publications.Count;
            _endpoint.Host.Meters.Delivered(page.Publications.Count);
        }
        else
        {
            Mark(message, page: null);
            Answer(message, data, outcome: null);
        }
        lock (_gate)
        {
            if (_isEnded)
            {
                return false;
            }
            _members.Add(audience.Topic.Name, member);
        }
        audience.GoLive(member, position);
        return true;
    }

    private void Answer(in ClientMessage join, object? data, JoinOutcome? outcome) =>
        Send(join.Type == ClientMessageType.Rejoin ? Codec.Joined(join.Topic, data, outcome) : Codec.Reply(join.Ref, data, outcome));

    private async ValueTask<Fault?> PageAsync(ClientMessage message)
    {
        if (Find(message.Topic) is not { } member)
        {
            return Fault.NotJoined(message.Topic);
        }
        if (member.Topic.Definition.History is not { } history)
        {
            return Fault.NoHistory(message.Topic);
        }
        var limit = message.History == 0 ? DefaultPage : Math.Min(message.History, LargestPage);
        // One more than asked for: whether it is there is what the client wants to know next.
        var page = await _endpoint.Topics.Backplane.ReadBeforeAsync(message.Topic, history, message.Before ?? long.MaxValue, limit + 1, Ended);
        var first = page.Publications.Count;
        // As many as fit a message that leaves the outbox room for others; one at least, so that paging gets on.
        for (var bytes = 0L; first > 0 && page.Publications.Count - first < limit; first--)
        {
            bytes += page.Publications[first - 1].Data.Json.Length;
            if (bytes > OutboxLimit / 4 && first < page.Publications.Count)
            {
                break;
            }
        }
        await SendReplayAsync(Codec.History(message.Ref, page.Start.Epoch, [.. page.Publications.Skip(first)], more: first > 0));
        return null;
    }

    // A replay may be larger than the outbox: it waits for room, where live events would not.
    private async ValueTask SendReplayAsync(PreparedFrame frame)
    {
        while (!Link.Outbox.TryEnqueue(frame))
        {
            await Link.Outbox.WaitForRoomAsync().WaitAsync(Ended);
        }
    }

    private async ValueTask<Fault?> LeaveAsync(ClientMessage message)
    {
        Member? member;
        lock (_gate)
        {
            if (!_members.Remove(message.Topic, out member))
            {
                return Fault.NotJoined(message.Topic);
            }
        }
        member.Audience!.Remove(member, hasLeft: true);
        Unmark(message.Topic);
        Send(Codec.Reply(message.Ref, data: null));
        await LeftAsync(member, LeaveReason.Left);
        return null;
    }

    // What Remove left to do: behind the handler that may be at work, as all of a connection's handlers run.
    private async ValueTask<Fault?> DepartAsync()
    {
        Member? member;
        lock (_gate)
        {
            if (_departed?.TryDequeue(out member) != true)
            {
                return null;
            }
        }
        await LeftAsync(member!, LeaveReason.Removed);
        return null;
    }

    private async ValueTask LeftAsync(Member member, LeaveReason reason)
    {
        try
        {
            if (member.Topic.Definition.Leave is { } handler)
            {
                await handler.InvokeAsync(member, default, reason);
            }
        }
        catch (OperationCanceledException) when (_isEnded)
        {
        }
        catch (Exception exception)
        {
            SocketLog.LeaveHandlerFailed(_endpoint.Host.Logger, exception, member.Topic.Name, Id);
        }
        finally
        {
            await _endpoint.Topics.Audiences.LeaveAsync(member.Audience!);
        }
    }

    private Member? Find(string topic)
    {
        lock (_gate)
        {
            return _members.GetValueOrDefault(topic);
        }
    }
}
