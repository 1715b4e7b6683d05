using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>Who is shown in one topic: connections merged by user, those within their grace period, and what the members have not been told yet.</summary>
/// <remarks>Not safe for use by several threads.</remarks>
/// <param name="topic">The topic's name.</param>
/// <param name="options">What is shown.</param>
/// <param name="json">How data is read.</param>
internal sealed class Roster(string topic, PresenceOptions options, JsonSerializerOptions json)
{
    private readonly Dictionary<string, RosterEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RosterEntry> _byConnection = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    // All wait for the same time, so the first in is the first to go. One that came back is passed over.
    private readonly Queue<(RosterEntry Entry, long At)> _leaving = [];
    private PresenceNews? _everybody;
    private bool _isCounting = options.CountOnly;
    private int _told;

    public IReadOnlyList<PresenceEntry> Entries => [.. _entries.Values.Select(static entry => entry.Shown!)];

    /// <summary>Whether there is something to tell.</summary>
    public bool HasNews => _changed.Count > 0;

    /// <summary>Takes in a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="leavesAt">Until when somebody whose last connection was lost is shown; null for no longer.</param>
    /// <returns>Whether somebody's grace period has begun.</returns>
    public bool Apply(PresenceChange change, long? leavesAt = null)
    {
        var record = change.Record;
        if (change.State != PresenceState.Here)
        {
            return _byConnection.Remove(record.Id, out var left) && Detach(left, record.Id, change.State == PresenceState.Lost ? leavesAt : null);
        }
        var id = IdOf(record);
        if (_byConnection.TryGetValue(record.Id, out var entry) && entry.Id != id)
        {
            Detach(entry, record.Id, leavesAt: null);
        }
        if (!_entries.TryGetValue(id, out entry))
        {
            _entries.Add(id, entry = new RosterEntry(id, record.User));
        }
        _byConnection[record.Id] = entry;
        if (entry.Set(record, json))
        {
            Changed(entry);
        }
        return false;
    }

    /// <summary>Forgets those whose grace period is over.</summary>
    /// <param name="now">The timestamp.</param>
    /// <returns>When to look again; null for not before the next one leaves.</returns>
    public long? Expire(long now)
    {
        while (_leaving.TryPeek(out var next))
        {
            if (next.Entry.LeavesAt == next.At)
            {
                if (next.At > now)
                {
                    return next.At;
                }
                Forget(next.Entry);
            }
            _leaving.Dequeue();
        }
        return null;
    }

    /// <summary>All that somebody who comes is told.</summary>
    public PresenceNews Everybody() => _everybody ??= _isCounting ? PresenceNews.Count(topic, _entries.Count) : PresenceNews.List(topic, Entries);

    /// <summary>What those who have been told before are to be told now.</summary>
    public bool TryTakeNews([NotNullWhen(true)] out PresenceNews? news)
    {
        news = HasNews ? TakeNews() : null;
        _changed.Clear();
        return news is not null;
    }

    private PresenceNews? TakeNews()
    {
        var wasCounting = _isCounting;
        // Some way down to the list again: it must not go to and fro with each who comes and goes.
        _isCounting = options.CountOnly || _entries.Count > (wasCounting ? options.MaxListed * 3L / 4 : options.MaxListed);
        if (_isCounting != wasCounting)
        {
            _everybody = null;
        }
        if (_isCounting)
        {
            var isKnown = wasCounting && _told == _entries.Count;
            _told = _entries.Count;
            return isKnown ? null : Everybody();
        }
        return wasCounting ? Everybody() : Difference();
    }

    private PresenceNews Difference()
    {
        var joined = new List<PresenceEntry>();
        var left = new List<string>();
        foreach (var id in _changed)
        {
            if (_entries.TryGetValue(id, out var entry))
            {
                joined.Add(entry.Shown!);
            }
            else
            {
                // Perhaps it came since they were told last. Whoever came between the two has it in the list, though.
                left.Add(id);
            }
        }
        return PresenceNews.Change(topic, joined, left);
    }

    // A user's id says the same on every node. The sign keeps it apart from the ids of members.
    private string IdOf(PresenceRecord record) => options.MergeUsers && record.User is { } user ? $"@{user}" : record.Id;

    private bool Detach(RosterEntry entry, string connection, long? leavesAt)
    {
        entry.Remove(connection);
        if (entry.IsConnected)
        {
            if (entry.Show(json))
            {
                Changed(entry);
            }
            return false;
        }
        if (leavesAt is { } at && options.MergeUsers && entry.User is not null)
        {
            entry.LeavesAt = at;
            _leaving.Enqueue((entry, at));
            return true;
        }
        Forget(entry);
        return false;
    }

    private void Forget(RosterEntry entry)
    {
        // So that it is passed over among those who are leaving.
        entry.LeavesAt = 0;
        _entries.Remove(entry.Id);
        Changed(entry);
    }

    private void Changed(RosterEntry entry)
    {
        _changed.Add(entry.Id);
        _everybody = null;
    }
}
