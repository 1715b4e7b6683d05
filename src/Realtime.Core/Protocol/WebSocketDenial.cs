namespace Realtime.Protocol;

/// <summary>The HTTP response that refuses a WebSocket handshake.</summary>
public sealed record WebSocketDenial
{
    /// <summary>The status, 403 by default.</summary>
    public int StatusCode { get; init; } = 403;

    /// <summary>Header fields, of which several may have one name; null for none.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>>? Headers { get; init; }

    /// <summary>The body, empty by default.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
