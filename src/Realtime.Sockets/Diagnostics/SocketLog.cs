using Microsoft.Extensions.Logging;

namespace Realtime.Sockets;

internal static partial class SocketLog
{
    [LoggerMessage(2000, LogLevel.Error, "The handler for {Event} of topic {Topic} failed; connection {Connection} was told the reference {Reference}.")]
    public static partial void TopicHandlerFailed(ILogger logger, Exception exception, string @event, string topic, string connection, string reference);

    [LoggerMessage(2001, LogLevel.Error, "The leave handler of topic {Topic} failed for connection {Connection}.")]
    public static partial void LeaveHandlerFailed(ILogger logger, Exception exception, string topic, string connection);

    [LoggerMessage(2002, LogLevel.Error, "The handler of WebSocket route {Pattern} failed; the socket was closed with 1011.")]
    public static partial void SocketHandlerFailed(ILogger logger, Exception exception, string pattern);

    [LoggerMessage(2003, LogLevel.Information, "Connection {Connection} reads too slowly and was closed with 3008.")]
    public static partial void TooSlow(ILogger logger, string connection);

    [LoggerMessage(2004, LogLevel.Information, "Connection {Connection} sent too many faulty or too fast messages and was closed with 3500.")]
    public static partial void TooManyFaults(ILogger logger, string connection);

    [LoggerMessage(2005, LogLevel.Information, "A WebSocket handshake for {Path} was refused: its origin {Origin} is not this server's and not listed in SocketOptions.AllowedOrigins.")]
    public static partial void OriginRefused(ILogger logger, string path, string origin);

    [LoggerMessage(2006, LogLevel.Information, "A handshake for {Path} was refused: {Reason}.")]
    public static partial void HandshakeRefused(ILogger logger, string path, string reason);

    [LoggerMessage(2020, LogLevel.Error, "The function that finds the keys of topic {Topic} failed for an event {Event}, which is kept for slow readers as if it had none.")]
    public static partial void ConflationKeyFailed(ILogger logger, Exception exception, string topic, string @event);
}
