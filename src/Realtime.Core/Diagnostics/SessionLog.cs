using Microsoft.Extensions.Logging;

namespace Realtime.Diagnostics;

/// <summary>What is logged about sessions.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(1080, LogLevel.Warning, "The keys of sessions cannot be kept in {Folder}: every session ends with this process. Set AppOptions.DataFolder or REALTIME_DATA to a folder that can be written.")]
    public static partial void KeysNotKept(ILogger logger, string folder, Exception exception);

    [LoggerMessage(1082, LogLevel.Warning, "A proxy says that clients come over HTTPS, but the app trusts none, so that its sessions' cookies are not Secure: set ProxyHops of app.Security to how many proxies there are.")]
    public static partial void ProxyNotTrusted(ILogger logger);

    [LoggerMessage(1081, LogLevel.Warning, "There is no folder for the keys of sessions: every session ends with this process. Set AppOptions.DataFolder or REALTIME_DATA.")]
    public static partial void NoKeyFolder(ILogger logger);
}
