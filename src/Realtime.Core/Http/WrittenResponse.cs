using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>What a handler wrote to the connection itself, for hooks to see: its status and headers can be changed while nothing is sent.</summary>
internal sealed class WrittenResponse(HttpConnection http) : Response(Math.Clamp(http.StatusCode, 200, 599), http.HasStarted ? new ResponseHeaders() : http.ResponseHeaders)
{
    internal override ValueTask SendAsync(Request request)
    {
        if (!request.Http.HasStarted)
        {
            request.Http.StatusCode = StatusCode;
            SetCookies(request.Http);
        }
        return default;
    }

    protected override ValueTask WriteAsync(Request request, HttpConnection connection) => default;
}
