using System.Text.Json;
using Realtime.Sockets;

namespace Realtime;

/// <summary>Somebody who is in a topic, over one connection or several.</summary>
public sealed class PresenceEntry
{
    private readonly JsonSerializerOptions _json;

    internal PresenceEntry(string id, string? user, int connections, in EventData data, JsonSerializerOptions json)
    {
        Id = id;
        User = user;
        Connections = connections;
        Written = data;
        _json = json;
    }

    /// <summary>What clients know the entry by: the same for one user of a topic whatever their connections, and on every node.</summary>
    public string Id { get; }

    /// <summary>The <see cref="Member.User"/>, or null for a connection without one.</summary>
    public string? User { get; }

    /// <summary>How many connections they have in the topic, at least 1.</summary>
    public int Connections { get; }

    /// <summary>The newest <see cref="Member.Data"/> of those connections that have any, UTF-8 JSON; empty where none has.</summary>
    public ReadOnlyMemory<byte> Data => Written.Json;

    /// <summary>The data as it goes to the members.</summary>
    internal EventData Written { get; }

    /// <summary>Reads the data; the type's default where there is none.</summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <exception cref="JsonException">The data is of another type.</exception>
    public T? Read<T>() => Data.IsEmpty ? default : JsonSerializer.Deserialize<T>(Data.Span, _json);

    /// <inheritdoc/>
    public override string ToString() => User ?? Id;
}
