using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>The endpoint for clients whose WebSocket is blocked: a GET opens an event stream, and POSTs carry the client's messages.</summary>
/// <param name="endpoint">The endpoint whose path it shares.</param>
internal sealed class FallbackEndpoint(RealtimeEndpoint endpoint)
{
    /// <summary>Opens the stream from the server to a client.</summary>
    public async ValueTask<Response> OpenAsync(Request request)
    {
        if (!AsksForEvents(request))
        {
            var upgrade = Write(426, "upgrade_required", $"{request.Path} is a WebSocket: connect with ws:// or wss://, or ask for text/event-stream.");
            upgrade.Headers["Upgrade"] = "websocket";
            return upgrade;
        }
        if (endpoint.Host.Admit(request.Connection, endpoint.Host.Options) is { } refusal)
        {
            return Write(request, refusal);
        }
        var isOpening = false;
        try
        {
            var (identity, stranger) = await endpoint.AuthenticateAsync(request);
            if (stranger is not null)
            {
                return Write(request, endpoint.Host.Refused(request.Connection, stranger));
            }
            isOpening = true;
            return Share(request, new EventStreamResponse(endpoint, identity));
        }
        finally
        {
            // One that is opened gives its place back at its end.
            if (!isOpening)
            {
                endpoint.Host.Leave();
            }
        }
    }

    /// <summary>Takes messages of a client that has a stream.</summary>
    public async ValueTask<Response> PostAsync(Request request)
    {
        if (Refuse(request) is { } refused)
        {
            return refused;
        }
        if (request.Query["key"] is not [{ } key] || request.Query["post"] is not [{ } post]
            || !long.TryParse(post, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            return Problem(request, 400, "bad_request", "Post to ?key=...&post=n: with the key of the stream's welcome, and 1, 2, 3, ... for each post.");
        }
        if (endpoint.Posts.Find(key) is not { } inbox)
        {
            return Problem(request, 404, "unknown_connection", "This node has no stream with this key, or not any more: connect again.");
        }
        var http = (HttpConnection)request.Connection;
        var limit = endpoint.Host.Options.MaxMessageSize;
        http.MaxRequestBodySize = limit;
        byte[] body;
        try
        {
            body = await request.ReadBytesAsync();
        }
        catch (RequestRejectedException exception) when (exception.StatusCode == 413)
        {
            return Problem(request, 413, "too_large", $"A post has at most {limit} bytes, all its messages together: nothing of it was taken. Send less, or several posts.");
        }
        if (!Utf8.IsValid(body))
        {
            return Problem(request, 400, "bad_request", "The post is not UTF-8.");
        }
        return await inbox.TakeAsync(number, body)
            ? Share(request, Response.NoContent())
            : Problem(request, 409, "out_of_turn", "One post at a time: send the next one, numbered by one more, when the one before is answered.");
    }

    private static bool AsksForEvents(Request request)
    {
        foreach (var field in request.Headers["Accept"])
        {
            if (field?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }
        return false;
    }

    private Response? Refuse(Request request)
    {
        if (endpoint.Host.IsAllowed(request.Connection, endpoint.Host.Options))
        {
            return null;
        }
        SocketLog.OriginRefused(endpoint.Host.Logger, request.Path, request.Headers["Origin"].ToString());
        return Write(403, "forbidden", "This origin may not connect here.");
    }

    // Another site's page is not to read why.
    private static Response Write(Request request, Refusal refusal)
    {
        if (refusal == Refusal.Origin)
        {
            return Write(refusal.Status, "forbidden", "This origin may not connect here.");
        }
        var response = Write(refusal.Status, refusal.Code ?? refusal.Reason, refusal.Message);
        if (refusal.Header is { } header)
        {
            response.Headers[header.Key] = header.Value;
        }
        return Share(request, response);
    }

    private static Response Problem(Request request, int status, string code, string detail) => Share(request, Write(status, code, detail));

    private static Response Write(int status, string code, string detail)
    {
        var response = Response.Bytes(JsonSerializer.SerializeToUtf8Bytes(new { type = "about:blank", status, detail, code }), "application/problem+json", status);
        response.Headers["Cache-Control"] = "no-store";
        return response;
    }

    // An origin that is let in may read what it asked for, with the cookies that a WebSocket would bring too (WHATWG Fetch, section 3.3).
    private static Response Share(Request request, Response response)
    {
        if (request.Headers["Origin"] is [{ Length: > 0 } origin])
        {
            response.Headers["Access-Control-Allow-Origin"] = origin;
            response.Headers["Access-Control-Allow-Credentials"] = "true";
            response.Headers["Vary"] = "Origin";
        }
        return response;
    }
}
