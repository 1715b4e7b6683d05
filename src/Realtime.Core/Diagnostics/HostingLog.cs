using Microsoft.Extensions.Logging;

namespace Realtime.Diagnostics;

internal static partial class HostingLog
{
    [LoggerMessage(1020, LogLevel.Error, "{Method} {Path} failed.")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(1021, LogLevel.Error, "The WebSocket on {Path} failed.")]
    public static partial void WebSocketFailed(ILogger logger, Exception exception, string path);

    [LoggerMessage(1022, LogLevel.Warning, "Connections were still open when the time for a graceful shutdown was over; they are cut.")]
    public static partial void ShutdownHurried(ILogger logger);

    [LoggerMessage(1023, LogLevel.Error, "The application's shutdown failed.")]
    public static partial void ShutdownFailed(ILogger logger, Exception exception);

    [LoggerMessage(1024, LogLevel.Warning, "New connections wait: {Reason}. Raise the limit of open files (ulimit -n), or let fewer connections in.")]
    public static partial void CannotAccept(ILogger logger, string reason);
}
