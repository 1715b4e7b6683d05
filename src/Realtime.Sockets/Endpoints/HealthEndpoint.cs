namespace Realtime.Sockets;

/// <summary>Says whether this node should get more clients: 200 for yes, 503 for no, as load balancers ask.</summary>
/// <param name="endpoint">The endpoint below whose path it is.</param>
internal sealed class HealthEndpoint(RealtimeEndpoint endpoint)
{
    public Response Serve()
    {
        var host = endpoint.Host;
        var isBackplaneUp = endpoint.Topics.Backplane.IsAvailable;
        var status = host.IsDraining ? "draining" : isBackplaneUp ? "ok" : "unavailable";
        var response = Response.Json(
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["status"] = status,
                ["connections"] = host.Meters.Connections,
                ["topics"] = host.ActiveTopics,
                ["queuedBytes"] = host.QueuedBytes,
                ["backplane"] = isBackplaneUp ? "ok" : "unavailable",
            },
            status == "ok" ? 200 : 503);
        response.Headers["Cache-Control"] = "no-store";
        return response;
    }
}
