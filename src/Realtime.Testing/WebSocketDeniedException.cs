using Realtime.Protocol;

namespace Realtime.Testing;

/// <summary>The app refused a WebSocket handshake.</summary>
/// <param name="denial">The response it refused it with.</param>
public sealed class WebSocketDeniedException(WebSocketDenial denial) : Exception($"The app refused the handshake with status {denial.StatusCode}.")
{
    /// <summary>The response that refused the handshake.</summary>
    public WebSocketDenial Denial { get; } = denial;
}
