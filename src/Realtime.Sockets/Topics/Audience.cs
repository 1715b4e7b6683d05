namespace Realtime.Sockets;

/// <summary>Everybody on this node who hears one topic, and the loop that lets them hear it.</summary>
/// <remarks>
/// One lock keeps the topic's order: what is delivered, who comes and who leaves happen one after the other. Nothing below waits,
/// and nothing below calls the backplane, which delivers under a lock of its own.
/// </remarks>
/// <param name="topic">The topic.</param>
internal sealed partial class Audience(Topic topic)
{
    private const int FirstLength = 4;

    private readonly SocketMeters _meters = topic.Meters;
    private readonly bool _isWildcard = topic.Definition.IsWildcard;
    private readonly TaskCompletionSource<IAsyncDisposable> _subscription = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Member[] _members = [];
    private int _count;
    private TopicSubscriber[] _subscribers = [];

    public Topic Topic { get; } = topic;

    /// <summary>Keeps the topic's order.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Who is shown here; null for a topic without presence.</summary>
    public Attendance? Attendance { get; set; }

    /// <summary>How many use it; owned by <see cref="Audiences"/>.</summary>
    public int Uses { get; set; }

    /// <summary>The presence store's watch; null for a topic without presence.</summary>
    public IAsyncDisposable? PresenceWatch { get; set; }

    /// <summary>The backplane's subscription, once it stands.</summary>
    public Task<IAsyncDisposable> Subscription => _subscription.Task;

    public int Count => Volatile.Read(ref _count);

    public IReadOnlyList<Member> Members
    {
        get
        {
            lock (Gate)
            {
                return [.. _members.Take(_count).Where(static member => member.Held is null)];
            }
        }
    }

    public void Subscribed(IAsyncDisposable subscription) => _subscription.SetResult(subscription);

    public void FailedToSubscribe(Exception exception) => _subscription.SetException(exception);

    /// <summary>Takes a member in; what is published is held back for it until <see cref="GoLive"/>.</summary>
    public void Add(Member member)
    {
        lock (Gate)
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

    /// <summary>Ends the holding back: the member is shown, and hears who is here, what was held, and from now on all that is published.</summary>
    /// <param name="member">The member, whose reply, replay or reset are queued.</param>
    /// <param name="position">The offset up to which it has seen the topic.</param>
    public void GoLive(Member member, long position)
    {
        // Not under the lock: the presence store tells under one of its own.
        Attendance?.Appear(member);
        lock (Gate)
        {
            if (member.Index < 0 || member.Held is not { } held)
            {
                return;
            }
            member.Held = null;
            member.Position = position;
            if (Attendance is { } attendance)
            {
                member.Session.Send(attendance.Everybody().Frame(member.Codec));
            }
            TellDropped(member, held);
            var queued = 0;
            foreach (var (frame, offset, publication) in held.Frames)
            {
                queued += Deliver(member, frame, offset, publication);
            }
            _meters.Delivered(queued);
        }
    }

    /// <summary>Forgets a member.</summary>
    /// <param name="member">The member, which may be forgotten already.</param>
    /// <param name="hasLeft">Whether it left the topic; false where its connection ended.</param>
    public void Remove(Member member, bool hasLeft)
    {
        lock (Gate)
        {
            if (member.Index < 0)
            {
                return;
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
            if (member.HeldBack is { } held)
            {
                member.Outbox.Forget(held);
            }
        }
        Attendance?.Vanish(member, hasLeft);
    }

    /// <summary>Tells all who are live of the topic's presence. Under the lock.</summary>
    /// <returns>How many were told.</returns>
    public int Tell(PresenceNews news)
    {
        foreach (var member in _members.AsSpan(0, _count))
        {
            // One whose join is being answered gets the whole list, which has it.
            if (member.Held is null)
            {
                member.Session.Send(news.Frame(member.Codec));
            }
        }
        return _count;
    }

    /// <summary>Sends a frame to one member, in order with all else it hears.</summary>
    public void Send(Member member, PreparedFrame frame)
    {
        lock (Gate)
        {
            if (member.Index >= 0)
            {
                _meters.Delivered(Deliver(member, frame, offset: 0));
            }
        }
    }

    /// <summary>The fan-out: one frame to everybody. Called by the backplane.</summary>
    public void Deliver(Publication publication)
    {
        lock (Gate)
        {
            if (_isWildcard || !publication.IsForAll)
            {
                DeliverToSome(publication);
                return;
            }
            if (_count > 0)
            {
                WireCodec? codec = null;
                PreparedFrame? frame = null;
                var queued = 0;
                Sample(publication.Offset);
                foreach (var member in _members.AsSpan(0, _count))
                {
                    // Asked for only where the format changes: mostly never.
                    if (frame is null || member.Codec != codec)
                    {
                        codec = member.Codec;
                        frame = publication.Frame(codec);
                    }
                    queued += Deliver(member, frame, publication.Offset, publication);
                }
                _meters.Delivered(queued);
            }
            foreach (var subscriber in _subscribers)
            {
                subscriber.Deliver(publication);
            }
        }
    }

    // Apart, so that the fan-out above stays as it is.
    private void DeliverToSome(Publication publication)
    {
        if (publication.Recipients.User is { } user)
        {
            DeliverToUser(publication, user);
            return;
        }
        if (!_isWildcard)
        {
            DeliverToOthers(publication, publication.Recipients.Except!);
        }
        else if (_count > 0 && Topic.Covers(publication.Topic))
        {
            // Its own frame: whoever is in the topic too must know the one from the other.
            var queued = 0;
            var frame = new SharedFrame(codec => codec.Event(publication.Topic, publication.Name, publication.Data, publication.Offset, via: Topic.Name));
            foreach (var member in _members.AsSpan(0, _count))
            {
                queued += Deliver(member, frame.For(member.Codec), offset: 0, publication);
            }
            _meters.Delivered(queued);
        }
        foreach (var subscriber in _subscribers)
        {
            subscriber.Deliver(publication);
        }
    }

    private void DeliverToUser(Publication publication, string user)
    {
        if (_isWildcard)
        {
            return;     // What is said to one is not for those who hear what is said to all.
        }
        var queued = 0;
        foreach (var member in _members.AsSpan(0, _count))
        {
            if (string.Equals(member.User, user, StringComparison.Ordinal))
            {
                queued += Deliver(member, publication.Frame(member.Codec), publication.Offset, publication);
            }
        }
        _meters.Delivered(queued);
    }

    private void DeliverToOthers(Publication publication, string sender)
    {
        var queued = 0;
        foreach (var member in _members.AsSpan(0, _count))
        {
            if (!string.Equals(member.Id, sender, StringComparison.Ordinal))
            {
                queued += Deliver(member, publication.Frame(member.Codec), publication.Offset, publication);
            }
            else if (publication.Offset > 0)
            {
                // Or it would see a gap.
                Deliver(member, member.Codec.Skip(Topic.Name, publication.Offset), publication.Offset);
            }
        }
        _meters.Delivered(queued);
    }

    public void Add(TopicSubscriber subscriber)
    {
        lock (Gate)
        {
            _subscribers = [.. _subscribers, subscriber];
        }
    }

    public void Remove(TopicSubscriber subscriber)
    {
        lock (Gate)
        {
            _subscribers = Array.FindAll(_subscribers, other => other != subscriber);
        }
    }

    // Times the delivery to the member that comes last, where somebody wants to know.
    private void Sample(long offset)
    {
        if (_members[_count - 1] is { Held: null } last && (offset == 0 || offset > last.Position) && _meters.Sample() is { } sample)
        {
            last.Outbox.Time(sample);
        }
    }

    /// <returns>How many frames were queued: one or none.</returns>
    private int Deliver(Member member, PreparedFrame frame, long offset, Publication? publication = null)
    {
        if (member.Held is { } held)
        {
            if (!Hold(member, held, frame, offset, publication))
            {
                member.Session.CloseSlow();
            }
            return 0;
        }
        if (offset != 0 && offset <= member.Position)
        {
            return 0;
        }
        if (_lossy is null ? member.Outbox.TryEnqueue(frame) : Offer(_lossy, member, frame, offset, publication))
        {
            return 1;
        }
        member.Session.CloseSlow();
        return 0;
    }
}
