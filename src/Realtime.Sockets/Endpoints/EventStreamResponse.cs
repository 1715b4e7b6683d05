using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>Answers with an event stream that lives as long as its session.</summary>
/// <param name="endpoint">The endpoint.</param>
internal sealed class EventStreamResponse(RealtimeEndpoint endpoint) : Response
{
    protected override async ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        var headers = connection.ResponseHeaders;
        headers.ContentType = "text/event-stream";
        headers["Cache-Control"] = "no-store, no-transform";
        // nginx and its kin hold a response back until a buffer is full, unless told.
        headers["X-Accel-Buffering"] = "no";
        if (request.Method == "HEAD")
        {
            return;
        }
        await connection.StartAsync(request.Disconnected);
        await RealtimeSession.RunAsync(endpoint, request, connection);
    }
}
