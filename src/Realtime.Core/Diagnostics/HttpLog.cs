using Microsoft.Extensions.Logging;

namespace Realtime.Diagnostics;

internal static partial class HttpLog
{
    [LoggerMessage(1060, LogLevel.Error, "{Method} {Path} failed; the client was given reference {Reference}.")]
    public static partial void RequestFailed(ILogger logger, string method, string path, string reference, Exception exception);

    [LoggerMessage(1061, LogLevel.Error, "{Method} {Path} failed behind the first bytes of its response; the connection was cut. Reference {Reference}.")]
    public static partial void ResponseCut(ILogger logger, string method, string path, string reference, Exception exception);

    [LoggerMessage(1062, LogLevel.Information, "{Method} {Path} {Status} {Milliseconds:0.0} ms")]
    public static partial void RequestServed(ILogger logger, string method, string path, int status, double milliseconds);

    [LoggerMessage(1063, LogLevel.Error, "The WebSocket at {Path} failed. Reference {Reference}.")]
    public static partial void SocketFailed(ILogger logger, string path, string reference, Exception exception);

    [LoggerMessage(1064, LogLevel.Error, "A teardown hook of {Method} {Path} failed; the others still ran.")]
    public static partial void TeardownFailed(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(1070, LogLevel.Information, "{Method} {Path} was refused: a page of {Origin} sent it to act with a visitor's session.")]
    public static partial void ForgeryRefused(ILogger logger, string method, string path, string origin);
}
