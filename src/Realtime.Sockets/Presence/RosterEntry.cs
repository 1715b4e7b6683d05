using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>One line of a roster: the connections behind it, and what is shown of them.</summary>
internal sealed class RosterEntry(string id, string? user)
{
    // In the order in which they were set last.
    private PresenceRecord[] _connections = [];

    public string Id { get; } = id;

    public string? User { get; } = user;

    /// <summary>What is shown; null before the first connection. While nobody is connected it stays as it was.</summary>
    public PresenceEntry? Shown { get; private set; }

    public bool IsConnected => _connections.Length > 0;

    /// <summary>The timestamp at which the grace period ends; 0 while somebody is connected.</summary>
    public long LeavesAt { get; set; }

    /// <summary>Adds a connection, or replaces it.</summary>
    /// <returns>Whether what is shown has changed.</returns>
    public bool Set(PresenceRecord record, JsonSerializerOptions json)
    {
        Remove(record.Id);
        _connections = [.. _connections, record];
        LeavesAt = 0;
        return Show(json);
    }

    /// <summary>Forgets a connection.</summary>
    public void Remove(string connection)
    {
        var index = Array.FindIndex(_connections, record => record.Id == connection);
        if (index >= 0)
        {
            _connections = _connections.Length == 1 ? [] : [.. _connections[..index], .. _connections[(index + 1)..]];
        }
    }

    /// <summary>Makes what is shown fit the connections, of which there is at least one.</summary>
    /// <returns>Whether it has changed.</returns>
    public bool Show(JsonSerializerOptions json)
    {
        var data = Array.FindLast(_connections, static record => !record.Data.Json.IsEmpty)?.Data ?? default;
        if (Shown is { } shown && shown.Connections == _connections.Length && shown.Data.Span.SequenceEqual(data.Json.Span))
        {
            return false;
        }
        Shown = new PresenceEntry(Id, User, _connections.Length, data, json);
        return true;
    }
}
