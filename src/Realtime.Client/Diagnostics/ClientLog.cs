using Microsoft.Extensions.Logging;

namespace Realtime;

/// <summary>The client's log messages.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(6001, LogLevel.Debug, "Connected.")]
    public static partial void Connected(ILogger logger);

    [LoggerMessage(6002, LogLevel.Information, "The connection was lost ({Code}): {Reason}")]
    public static partial void Lost(ILogger logger, int code, string reason, Exception? exception);

    [LoggerMessage(6003, LogLevel.Warning, "The client is closed for good ({Code}): {Reason}")]
    public static partial void Closed(ILogger logger, int code, string reason);

    [LoggerMessage(6004, LogLevel.Warning, "Topic {Topic} was left: the server does not let this client back in ({Code}): {Reason}")]
    public static partial void NotLetIn(ILogger logger, string topic, string code, string reason);

    [LoggerMessage(6005, LogLevel.Warning, "The server found fault with a message ({Code}): {Reason}")]
    public static partial void Fault(ILogger logger, string code, string reason);

    [LoggerMessage(6006, LogLevel.Error, "A handler of {Event} threw.")]
    public static partial void HandlerThrew(ILogger logger, Exception exception, string @event);
}
