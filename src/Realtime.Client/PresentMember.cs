using System.Text.Json;

namespace Realtime;

/// <summary>Somebody who is in a topic: one person, over however many connections, or a connection that has no user.</summary>
public sealed class PresentMember
{
    private readonly ClientJson _json;

    internal PresentMember(string id, string? user, int connections, JsonElement data, ClientJson json)
    {
        Id = id;
        User = user;
        Connections = connections;
        Data = data;
        _json = json;
    }

    /// <summary>What this member is known by: the same for one person after a reconnect.</summary>
    public string Id { get; }

    /// <summary>Who it is, as the server's join handler said; null where it did not.</summary>
    public string? User { get; }

    /// <summary>How many connections they have.</summary>
    public int Connections { get; }

    /// <summary>What the server's handlers added, as JSON; <see cref="JsonValueKind.Undefined"/> for nothing.</summary>
    public JsonElement Data { get; }

    /// <summary>What the server's handlers added; the type's default for nothing.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <exception cref="RealtimeException">It is not of this type (<c>bad_data</c>).</exception>
    public T? DataAs<T>() => Data.ValueKind == JsonValueKind.Undefined ? default : _json.Read<T>(Data);

    /// <inheritdoc/>
    public override string ToString() => User is null ? Id : $"{User} ({Id})";
}
