using Microsoft.Extensions.Logging;

namespace Realtime.Diagnostics;

/// <summary>What the ties log: ids 4000 and up.</summary>
internal static partial class JobTopicLog
{
    [LoggerMessage(4000, LogLevel.Warning, "What happened to a job could not be published to {Topic}.")]
    public static partial void PublishFailed(ILogger logger, Exception exception, string topic);
}
