using Microsoft.Extensions.Logging;

namespace Realtime.Diagnostics;

/// <summary>What is logged about sessions.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(1080, LogLevel.Warning, "The keys of sessions cannot be kept in {Folder}: every session ends with this process. Set AppOptions.DataFolder or REALTIME_DATA to a folder that can be written.")]
    public static partial void KeysNotKept(ILogger logger, string folder, Exception exception);

    [LoggerMessage(1081, LogLevel.Warning, "There is no folder for the keys of sessions: every session ends with this process. Set AppOptions.DataFolder or REALTIME_DATA.")]
    public static partial void NoKeyFolder(ILogger logger);
}
