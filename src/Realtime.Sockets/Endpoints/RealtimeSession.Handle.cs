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
                ClientMessageType.Join => await JoinAsync(message),
                ClientMessageType.Leave => await LeaveAsync(message),
                ClientMessageType.History => await PageAsync(message),
                _ => await CallAsync(message),
            };
            if (fault is { } refused)
            {
                Refuse(message, refused);
            }
        }
        catch (TopicError error)
        {
            Refuse(message, new Fault(error.Code, error.Message));
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
            var reference = RandomNumberGenerator.GetHexString(8, lowercase: true);
            var name = message.Type == ClientMessageType.Event ? message.Event : message.Type.ToString();
            SocketLog.TopicHandlerFailed(_endpoint.Host.Logger, exception, name, message.Topic, Id, reference);
            Refuse(message, Fault.Internal(reference));
        }
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
        var result = await handler.InvokeAsync(member, message.Data);
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
        if (_endpoint.Topics.Match(message.Topic) is not { } topic)
        {
            return Fault.UnknownTopic(message.Topic);
        }
        var member = new Member(_endpoint.NextId(), topic, this);
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
        if (isIn && topic.Definition.Joined is { } joined)
        {
            await joined.InvokeAsync(member, default);
        }
        return null;
    }

    // The order that the protocol promises: the reply, then what was missed or a reset, then presence, then live events.
    private async ValueTask<bool> EnterAsync(Audience audience, Member member, ClientMessage message, object? data)
    {
        audience.Add(member);
        var position = 0L;
        if (audience.Topic.Definition.History is { } history)
        {
            var page = await _endpoint.Topics.Backplane.ReadAsync(audience.Topic.Name, history, message.Since, message.History, Ended);
            Send(Codec.Reply(message.Ref, data, new JoinOutcome(page.Start, page.Recovered)));
            if (message.Since is not null && !page.Recovered)
            {
                Send(Codec.Reset(audience.Topic.Name, page.Start));
            }
            foreach (var publication in page.Publications)
            {
                await SendReplayAsync(publication.Frame(Codec));
            }
            position = page.Start.Offset + page.Publications.Count;
        }
        else
        {
            Send(Codec.Reply(message.Ref, data));
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
        Send(Codec.Reply(message.Ref, data: null));
        await LeftAsync(member);
        return null;
    }

    private async ValueTask LeftAsync(Member member)
    {
        try
        {
            if (member.Topic.Definition.Leave is { } handler)
            {
                await handler.InvokeAsync(member, default);
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
