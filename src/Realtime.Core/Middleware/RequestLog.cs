using Microsoft.Extensions.Logging;
using Realtime.Diagnostics;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>Writes a line for each request, for a person at work on the app.</summary>
internal sealed class RequestLog(ILogger logger, TimeProvider time)
{
    public async ValueTask WatchAsync(HttpConnection http, Func<HttpConnection, ValueTask> serve)
    {
        var start = time.GetTimestamp();
        await serve(http);
        HttpLog.RequestServed(logger, http.Method, LogText.Of(http.Path), http.StatusCode, time.GetElapsedTime(start).TotalMilliseconds);
    }
}
