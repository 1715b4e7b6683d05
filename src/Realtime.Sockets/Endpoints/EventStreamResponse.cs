using System.Buffers;
using System.Globalization;
using System.Text;
using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>Answers with an event stream that lives as long as its session.</summary>
/// <param name="endpoint">The endpoint, which has let the client in.</param>
/// <param name="identity">Who it is; null in an app that does not ask.</param>
internal sealed class EventStreamResponse(RealtimeEndpoint endpoint, Identity? identity) : Response
{
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1);

    protected override async ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        try
        {
            await StreamAsync(request, connection);
        }
        finally
        {
            endpoint.Host.Leave();
        }
    }

    private async ValueTask StreamAsync(Request request, HttpConnection connection)
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
        // For a browser's EventSource, which comes back by itself: each at a time of its own.
        var retry = ShortestRetry + (endpoint.Options.ReconnectWindow * Random.Shared.NextDouble());
        connection.ResponseBody.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {(long)retry.TotalMilliseconds}\n")));
        await RealtimeSession.RunAsync(endpoint, request, connection, identity);
    }
}
