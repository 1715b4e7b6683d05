using System.Text;
using Microsoft.Extensions.Logging;
using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>One client of the realtime endpoint: reads its messages, answers them, and knows the topics it is in.</summary>
internal sealed partial class RealtimeSession
{
    private readonly RealtimeEndpoint _endpoint;
    private readonly Lane _lane;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private Bookmark? _bookmark;
    private Queue<Member>? _departed;
    private TokenBucket _bucket;
    private CancellationTokenSource? _ended;
    private bool _isEnded;
    private bool _isExpelled;
    private int _faults;

    private RealtimeSession(RealtimeEndpoint endpoint, Request request, WireCodec codec, Identity? identity)
    {
        _endpoint = endpoint;
        Request = request;
        Identity = identity;
        Codec = codec;
        Id = endpoint.NextId();
        var options = endpoint.Options;
        _bucket = new TokenBucket(options.MessageBurst, options.MessagesPerSecond, endpoint.Host.Time);
        _lane = new Lane(HandleAsync, options.MaxWaitingMessages);
    }

    /// <summary>Names the connection in logs.</summary>
    public string Id { get; }

    /// <summary>The handshake.</summary>
    public Request Request { get; }

    /// <summary>The format that this client speaks.</summary>
    public WireCodec Codec { get; }

    /// <summary>The connection's only writer.</summary>
    public Outbox Outbox => Link.Outbox;

    /// <summary>How much may wait for this client.</summary>
    public int OutboxLimit => _endpoint.Host.Options.OutboxLimit;

    /// <summary>Fires when the connection has ended. Made when first asked for: few handlers want it.</summary>
    public CancellationToken Ended
    {
        get
        {
            lock (_gate)
            {
                _ended ??= new CancellationTokenSource();
                if (_isEnded)
                {
                    _ended.Cancel();
                }
                return _ended.Token;
            }
        }
    }

    /// <summary>Counts what slow readers miss.</summary>
    public DropCounters Drops => _endpoint.Host.Drops;

    public ILogger Logger => _endpoint.Host.Logger;

    /// <summary>What the client is in now.</summary>
    public IReadOnlyList<Member> Members
    {
        get
        {
            lock (_gate)
            {
                return [.. _members.Values];
            }
        }
    }

    private Link Link { get; set; } = null!;

    /// <summary>Lives with one connection, from its handshake to its end.</summary>
    public static async ValueTask RunAsync(RealtimeEndpoint endpoint, Request request, WireCodec codec, Identity? identity)
    {
        var connection = (WebSocketConnection)request.Connection;
        var session = new RealtimeSession(endpoint, request, codec, identity);
        session.Link = await Link.AcceptAsync(
            connection, codec.Subprotocol, endpoint.Host.Options, endpoint.Host.Wheel, endpoint.Farewell.For(codec), () => session._lane.IsFull);
        var remaining = session.Remaining(identity);
        session.Send(codec.Welcome(session.Id, endpoint.Options.Heartbeat, remaining));
        session.Link.Open(connection.Extension<IWatchedPeer>() is null ? endpoint.Options.Heartbeat : null);
        session.Expire(remaining);
        var kind = endpoint.Host.Meters.Opened(new ConnectionKind(ConnectionKind.WebSockets, codec.Subprotocol));
        try
        {
            await session.ReceiveAllAsync(connection);
        }
        finally
        {
            await session.EndAsync();
            endpoint.Host.Meters.Closed(kind, session.Link.EndCode);
        }
    }

    /// <summary>Lives with one event stream, whose client posts its messages.</summary>
    public static async ValueTask RunAsync(RealtimeEndpoint endpoint, Request request, HttpConnection connection, Identity? identity)
    {
        var codec = endpoint.Codecs.Json;
        var session = new RealtimeSession(endpoint, request, codec, identity);
        var bookmark = request.Query["ids"] is ["no"] ? null : Bookmark.Read(request.Headers["Last-Event-ID"] is [{ Length: > 0 } last, ..] ? last : null);
        BookmarkPlace[] resumed = bookmark is null ? [] : [.. bookmark.Places];
        session._bookmark = bookmark;
        var link = new EventStreamLink(connection, endpoint.Host.Options, endpoint.Host.Wheel, bookmark)
        {
            Farewell = endpoint.Farewell.For(codec),
            IsExcused = () => session._lane.IsFull,
        };
        session.Link = link;
        var key = endpoint.Posts.Add(new Inbox(session.HearAsync));
        var remaining = session.Remaining(identity);
        session.Send(codec.Welcome(session.Id, endpoint.Options.Heartbeat, remaining, key, [.. resumed.Select(static place => place.Topic)]));
        var resuming = session.ResumeAsync(resumed);
        link.Open(endpoint.Options.Heartbeat);
        session.Expire(remaining);
        var kind = endpoint.Host.Meters.Opened(new ConnectionKind(ConnectionKind.ServerSentEvents, codec.Subprotocol));
        try
        {
            await link.Ended;
        }
        finally
        {
            endpoint.Posts.Remove(key);
            await session.EndAsync();
            await resuming;
            endpoint.Host.Meters.Closed(kind, link.EndCode);
            await link.ReleaseAsync();
        }
    }

    /// <summary>Queues a frame; a client that is too slow for it is closed.</summary>
    public void Send(PreparedFrame frame)
    {
        if (!Link.Outbox.TryEnqueue(frame))
        {
            CloseSlow();
        }
    }

    /// <summary>Gives up on a client that reads too slowly.</summary>
    public void CloseSlow()
    {
        if (!Link.IsClosing)
        {
            Drops.CountDisconnected();
            SocketLog.TooSlow(_endpoint.Host.Logger, Id);
        }
        // Also where it is being closed for another reason: behind what did not fit, what fits again would be a gap.
        Link.CloseSlow();
    }

    /// <summary>Sends an event to one member alone, in order with what its topic says.</summary>
    public void SendTo<T>(Member member, string name, T data)
    {
        var frame = Codec.Event(member.Topic.Name, name, EventData.Write(data, Request.App.Json), offset: 0);
        if (member.Audience is { } audience)
        {
            audience.Send(member, frame);
        }
        else
        {
            // Its join handler is still at work: behind the answer to the join it goes.
            member.Held?.TryAdd(frame, offset: 0, OutboxLimit);
        }
    }

    /// <summary>Takes a member out of its topic and tells the client why. Its leave handler runs in its turn.</summary>
    /// <returns>False where it is not in.</returns>
    public bool Remove(Member member, Fault why)
    {
        lock (_gate)
        {
            if (_members.GetValueOrDefault(member.Topic.Name) != member)
            {
                return false;
            }
            _members.Remove(member.Topic.Name);
            (_departed ??= new Queue<Member>()).Enqueue(member);
        }
        member.Audience!.Remove(member, hasLeft: true);
        Send(Codec.Left(member.Topic.Name, why));
        // Where the connection has ended meanwhile its end takes care of it.
        _ = _lane.AddAsync(new ClientMessage(ClientMessageType.Departure, 0, member.Topic.Name, "", default, null, 0)).AsTask();
        return true;
    }

    /// <summary>Closes the connection at the app's wish.</summary>
    public void Disconnect(bool mayReturn, string? reason)
    {
        if (reason is not null && Encoding.UTF8.GetByteCount(reason) > 123)
        {
            throw new ArgumentException("A close reason has at most 123 bytes of UTF-8.", nameof(reason));
        }
        _isExpelled = true;
        if (mayReturn)
        {
            Link.Close(CloseCodes.Reconnect, reason ?? "The server asks this client to connect again.");
        }
        else
        {
            Link.Close(CloseCodes.Removed, reason ?? "The server has closed this client's connection.");
        }
    }

    private async ValueTask ReceiveAllAsync(WebSocketConnection connection)
    {
        var receiver = new MessageReceiver(connection);
        try
        {
            while (await receiver.ReceiveAsync())
            {
                if (receiver.Type == Codec.MessageType)
                {
                    await HearAsync(receiver.Bytes);
                }
                else
                {
                    Link.Close(CloseCodes.Unsupported, "This subprotocol has no messages of this kind.");
                }
            }
        }
        finally
        {
            receiver.Release();
        }
    }

    // One message after the other: the task says when the next may come.
    private ValueTask HearAsync(ReadOnlyMemory<byte> bytes)
    {
        Link.Heard();
        if (Link.IsClosing)
        {
            return default;
        }
        var isInTime = _bucket.TryTake();
        if (!Codec.TryRead(bytes, out var message, out var fault) || !isInTime)
        {
            Refuse(message, isInTime ? fault : Fault.TooFast());
            _endpoint.Host.Meters.Received(ClientMessageType.None);
            CountFault();
            return default;
        }
        _faults = 0;
        _endpoint.Host.Meters.Received(message.Type);
        if (message.Type != ClientMessageType.Ping)
        {
            return _lane.AddAsync(message);
        }
        if (message.Ref > 0)
        {
            Send(Codec.Reply(message.Ref, data: null));
        }
        return default;
    }

    private void Refuse(in ClientMessage message, Fault fault) => Send(message switch
    {
        { Ref: > 0 } => Codec.Refuse(message.Ref, fault),
        { Type: ClientMessageType.Rejoin } => Codec.Left(message.Topic, fault),
        _ => Codec.Error(fault, message.Topic is { Length: > 0 } topic ? topic : null),
    });

    private void CountFault()
    {
        if (++_faults == _endpoint.Options.MaxFaults)
        {
            SocketLog.TooManyFaults(_endpoint.Host.Logger, Id);
            Link.Close(CloseCodes.TooManyFaults, "Too many faulty or too fast messages in a row.");
        }
    }

    private async ValueTask EndAsync()
    {
        CancellationTokenSource? ended;
        List<Member> members;
        lock (_gate)
        {
            _isEnded = true;
            ended = _ended;
            members = [.. _members.Values];
            _members.Clear();
        }
        // First of all nobody should take it for present any more; its handlers may still be at work.
        members.ForEach(member => member.Audience!.Remove(member, hasLeft: Link.CloseCode == CloseCodes.Removed));
        if (ended is not null)
        {
            await ended.CancelAsync();
        }
        await _lane.EndAsync();
        foreach (var member in members)
        {
            await LeftAsync(member, _isExpelled ? LeaveReason.Removed : LeaveReason.ConnectionLost);
        }
        while (_departed is { Count: > 0 })
        {
            await DepartAsync();
        }
        await Link.EndAsync(_endpoint.Host.Time);
        _ended?.Dispose();
    }
}
