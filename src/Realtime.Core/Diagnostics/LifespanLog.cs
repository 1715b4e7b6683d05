using Microsoft.Extensions.Logging;

namespace Realtime.Diagnostics;

internal static partial class LifespanLog
{
    [LoggerMessage(1000, LogLevel.Error, "A stop hook failed; the others still run.")]
    public static partial void StopHookFailed(ILogger logger, Exception exception);

    [LoggerMessage(1001, LogLevel.Error, "Background work ended with an exception; it is not started again.")]
    public static partial void BackgroundFailed(ILogger logger, Exception exception);

    [LoggerMessage(1002, LogLevel.Warning, "Background work was still running when the time for a graceful shutdown was over.")]
    public static partial void BackgroundAbandoned(ILogger logger);
}
