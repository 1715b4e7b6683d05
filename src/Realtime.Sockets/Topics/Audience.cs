namespace Realtime.Sockets;

/// <summary>Everybody on this node who hears one topic, and the loop that lets them hear it.</summary>
/// <remarks>
/// One lock keeps the topic's order: what is delivered, who comes and who leaves happen one after the other. Nothing below waits,
/// and nothing below calls the backplane, which delivers under a lock of its own.
/// </remarks>
/// <param name="topic">The topic.</param>
internal sealed class Audience(Topic topic)
{
    private const int FirstLength = 4;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<IAsyncDisposable> _subscription = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Member[] _members = [];
    private int _count;
    private TopicSubscriber[] _subscribers = [];

    public Topic Topic { get; } = topic;

    /// <summary>How many use it; owned by <see cref="Audiences"/>.</summary>
    public int Uses { get; set; }

    /// <summary>The backplane's subscription, once it stands.</summary>
    public Task<IAsyncDisposable> Subscription => _subscription.Task;

    public int Count => Volatile.Read(ref _count);

    public IReadOnlyList<Member> Members
    {
        get
        {
            lock (_gate)
            {
                return [.. Live()];
            }
        }
    }

    public void Subscribed(IAsyncDisposable subscription) => _subscription.SetResult(subscription);

    public void FailedToSubscribe(Exception exception) => _subscription.SetException(exception);

    /// <summary>Takes a member in; what is published is held back for it until <see cref="GoLive"/>.</summary>
    public void Add(Member member)
    {
        lock (_gate)
        {
            if (_count == _members.Length)
            {
                Array.Resize(ref _members, Math.Max(_count * 2, FirstLength));
            }
            member.Index = _count;
            member.Audience = this;
            _members[_count++] = member;
        }
    }

    /// <summary>Ends the holding back: presence, what was held, and from now on all that is published.</summary>
    /// <param name="member">The member, whose reply, replay or reset are queued.</param>
    /// <param name="position">The offset up to which it has seen the topic.</param>
    public void GoLive(Member member, long position)
    {
        lock (_gate)
        {
            if (member.Index < 0 || member.Held is not { } held)
            {
                return;
            }
            member.Held = null;
            member.Position = position;
            if (Topic.Definition.HasPresence)
            {
                Tell(codec => codec.PresenceChange(Topic.Name, joined: member, left: null), except: member);
                member.Session.Send(member.Codec.Presence(Topic.Name, [.. Live()]));
            }
            foreach (var (frame, offset) in held.Frames)
            {
                Deliver(member, frame, offset);
            }
        }
    }

    /// <summary>Forgets a member; false where it was not here.</summary>
    public bool Remove(Member member)
    {
        lock (_gate)
        {
            if (member.Index < 0)
            {
                return false;
            }
            var last = _members[--_count];
            _members[member.Index] = last;
            last.Index = member.Index;
            _members[_count] = null!;
            member.Index = -1;
            if (_count == 0)
            {
                _members = [];
            }
            if (Topic.Definition.HasPresence && member.Held is null)
            {
                Tell(codec => codec.PresenceChange(Topic.Name, joined: null, left: member), except: null);
            }
            return true;
        }
    }

    /// <summary>Tells of a member's changed name or data.</summary>
    public void Changed(Member member)
    {
        lock (_gate)
        {
            if (member.Index >= 0 && member.Held is null && Topic.Definition.HasPresence)
            {
                Tell(codec => codec.PresenceChange(Topic.Name, joined: member, left: null), except: null);
            }
        }
    }

    /// <summary>Sends a frame to one member, in order with all else it hears.</summary>
    public void Send(Member member, PreparedFrame frame)
    {
        lock (_gate)
        {
            if (member.Index >= 0)
            {
                Deliver(member, frame, offset: 0);
            }
        }
    }

    /// <summary>The fan-out: one frame to everybody. Called by the backplane.</summary>
    public void Deliver(Publication publication)
    {
        lock (_gate)
        {
            if (_count > 0)
            {
                WireCodec? codec = null;
                PreparedFrame? frame = null;
                foreach (var member in _members.AsSpan(0, _count))
                {
                    // Asked for only where the format changes: mostly never.
                    if (frame is null || member.Codec != codec)
                    {
                        codec = member.Codec;
                        frame = publication.Frame(codec);
                    }
                    Deliver(member, frame, publication.Offset);
                }
            }
            foreach (var subscriber in _subscribers)
            {
                subscriber.Deliver(publication);
            }
        }
    }

    public void Add(TopicSubscriber subscriber)
    {
        lock (_gate)
        {
            _subscribers = [.. _subscribers, subscriber];
        }
    }

    public void Remove(TopicSubscriber subscriber)
    {
        lock (_gate)
        {
            _subscribers = Array.FindAll(_subscribers, other => other != subscriber);
        }
    }

    private static void Deliver(Member member, PreparedFrame frame, long offset)
    {
        if (member.Held is { } held)
        {
            if (!held.TryAdd(frame, offset, member.Session.OutboxLimit))
            {
                member.Session.CloseSlow();
            }
        }
        else if ((offset == 0 || offset > member.Position) && !member.Outbox.TryEnqueue(frame))
        {
            member.Session.CloseSlow();
        }
    }

    private IEnumerable<Member> Live() => _members.Take(_count).Where(static member => member.Held is null);

    private void Tell(Func<WireCodec, PreparedFrame> write, Member? except)
    {
        var frame = new SharedFrame(write);
        foreach (var member in _members.AsSpan(0, _count))
        {
            // One whose join is being answered gets the snapshot, which has it.
            if (member.Held is null && member != except)
            {
                member.Session.Send(frame.For(member.Codec));
            }
        }
    }
}
