using System.Text;

namespace Realtime;

/// <summary>One event of a topic, or the notice that events are missing (<see cref="IsReset"/>).</summary>
public sealed class ReceivedEvent
{
    private readonly ClientJson _json;

    internal ReceivedEvent(string topic, string name, ReadOnlyMemory<byte> data, long? offset, ClientJson json, bool isReset = false)
    {
        Topic = topic;
        Name = name;
        Data = data;
        Offset = offset;
        IsReset = isReset;
        _json = json;
    }

    /// <summary>The topic that it was published in: for one joined by a wildcard, such as <c>room:*</c>, another name than that.</summary>
    public string Topic { get; }

    /// <summary>The event's name; empty for a reset.</summary>
    public string Name { get; }

    /// <summary>The data as the server wrote it: JSON, in UTF-8.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Its number in that topic's history; null for one that has no place there.</summary>
    public long? Offset { get; }

    /// <summary>
    /// Whether this is no event but the notice, in its place between events, that some are missing which the server no longer has.
    /// </summary>
    public bool IsReset { get; }

    /// <summary>The data.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <exception cref="RealtimeException">It is not of this type (<c>bad_data</c>).</exception>
    public T DataAs<T>() => _json.Read<T>(Data.Span)!;

    /// <inheritdoc/>
    public override string ToString() => IsReset ? "(reset)" : $"{Name} {Encoding.UTF8.GetString(Data.Span)}";
}
