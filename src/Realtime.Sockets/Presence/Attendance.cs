using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>
/// The presence of one topic on this node: tells the store of the members that are here, and the members of what the store tells.
/// </summary>
/// <remarks>
/// A small topic is told at once. One of N members rests for N times 50 microseconds after it was told, and then is told all that changed meanwhile
/// in one frame: however many come at once, presence costs one topic no more than 20,000 frames a second.
/// </remarks>
internal sealed class Attendance : IDisposable
{
    private static readonly TimeSpan RestForEach = TimeSpan.FromMicroseconds(50);

    // Timers are no finer.
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);

    private readonly Audience _audience;
    private readonly IPresenceStore _store;
    private readonly TimeProvider _time;
    private readonly TimeProvider _paceTime;
    private readonly Roster _roster;
    private readonly long _grace;
    // Taken before the store's locks, which are taken before the audience's.
    private readonly Lock _gate = new();
    private ITimer? _leaving;
    private ITimer? _pace;
    private bool _isResting;
    private bool _isEnded;

    /// <summary>Begins with nobody.</summary>
    /// <param name="audience">Whose members they are.</param>
    /// <param name="options">What is shown.</param>
    /// <param name="store">Where the members of all nodes are.</param>
    /// <param name="json">How data is read.</param>
    /// <param name="time">The clock of grace periods.</param>
    /// <param name="paceTime">The clock of rests.</param>
    public Attendance(
        Audience audience, PresenceOptions options, IPresenceStore store, JsonSerializerOptions json, TimeProvider time, TimeProvider paceTime)
    {
        _audience = audience;
        _store = store;
        _time = time;
        _paceTime = paceTime;
        _roster = new Roster(audience.Topic.Name, options, json);
        _grace = (long)(options.Grace.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>Shows a member.</summary>
    public void Appear(Member member)
    {
        lock (_gate)
        {
            if (member.Presence == MemberPresence.NotYet)
            {
                member.Presence = MemberPresence.Here;
                Set(member);
            }
        }
    }

    /// <summary>Tells of a member's changed user or data.</summary>
    public void Changed(Member member)
    {
        lock (_gate)
        {
            if (member.Presence == MemberPresence.Here)
            {
                Set(member);
            }
        }
    }

    /// <summary>Shows a member no more.</summary>
    public void Vanish(Member member, bool hasLeft)
    {
        lock (_gate)
        {
            if (member.Presence == MemberPresence.Here)
            {
                _store.Remove(_audience.Topic.Name, member.Id, hasLeft);
            }
            member.Presence = MemberPresence.Gone;
        }
    }

    /// <summary>For the store: takes in a change.</summary>
    public void Hear(PresenceChange change)
    {
        lock (_audience.Gate)
        {
            if (_isEnded)
            {
                return;
            }
            if (_roster.Apply(change, _grace > 0 && change.State == PresenceState.Lost ? _time.GetTimestamp() + _grace : null))
            {
                // One that is set already is for somebody who goes earlier, and is set for this one then.
                _leaving ??= ExpireAfter(_time.GetElapsedTime(0, _grace));
            }
            Tell();
        }
    }

    /// <summary>What somebody who comes is told. Under the audience's lock.</summary>
    public PresenceNews Everybody() => _roster.Everybody();

    /// <summary>Ends the timers: nobody is here who could be told.</summary>
    public void Dispose()
    {
        lock (_audience.Gate)
        {
            _isEnded = true;
            _leaving?.Dispose();
            _pace?.Dispose();
        }
    }

    private void Set(Member member) => _store.Set(_audience.Topic.Name, new PresenceRecord(member.Id, member.User, member.WrittenData));

    private void Tell()
    {
        if (_isResting || !_roster.TryTakeNews(out var news))
        {
            return;
        }
        var rest = RestForEach * _audience.Tell(news);
        if (rest >= ShortestRest)
        {
            _isResting = true;
            _pace ??= _paceTime.CreateTimer(static self => ((Attendance)self!).Resume(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _pace.Change(rest < LongestRest ? rest : LongestRest, Timeout.InfiniteTimeSpan);
        }
    }

    private void Resume()
    {
        lock (_audience.Gate)
        {
            _isResting = false;
            if (!_isEnded)
            {
                Tell();
            }
        }
    }

    private void Expire()
    {
        lock (_audience.Gate)
        {
            if (_isEnded)
            {
                return;
            }
            var now = _time.GetTimestamp();
            var next = _roster.Expire(now);
            _leaving!.Dispose();
            _leaving = next is { } at ? ExpireAfter(_time.GetElapsedTime(now, at)) : null;
            Tell();
        }
    }

    private ITimer ExpireAfter(TimeSpan time) =>
        _time.CreateTimer(static self => ((Attendance)self!).Expire(), this, time, Timeout.InfiniteTimeSpan);
}
