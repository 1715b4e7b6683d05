namespace Realtime.LoadClient.Wire;

/// <summary>Whoever listens to a <see cref="WebSocketConnection"/>.</summary>
internal interface IMessageReceiver
{
    /// <summary>The handshake succeeded: messages may be sent.</summary>
    void Opened();

    /// <summary>A message, in the bytes it came in, which are valid for the call.</summary>
    void Receive(ReadOnlySpan<byte> message);
}
