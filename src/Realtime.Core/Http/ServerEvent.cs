namespace Realtime;

/// <summary>One server-sent event with more than its data (WHATWG HTML, section 9.2).</summary>
/// <param name="Data">
/// The data: a string as it is, a <see cref="ReadOnlyMemory{T}"/> of bytes as the UTF-8 text that it is, null for none, anything else as JSON. With neither data nor
/// <see cref="Event"/>, an <see cref="Id"/> or a <see cref="Retry"/> is set without an event.
/// </param>
public sealed record ServerEvent(object? Data)
{
    /// <summary>The event's name, which a browser dispatches it under; null for <c>message</c>.</summary>
    public string? Event { get; init; }

    /// <summary>What a browser sends back as <c>Last-Event-ID</c> when it reconnects; null to leave it as it was.</summary>
    public string? Id { get; init; }

    /// <summary>How long a browser waits before it reconnects; null to leave it as it was.</summary>
    public TimeSpan? Retry { get; init; }
}
