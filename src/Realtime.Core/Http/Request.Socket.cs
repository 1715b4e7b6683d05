using Realtime.Http;
using Realtime.Protocol;

namespace Realtime;

public sealed partial class Request
{
    /// <summary>
    /// Refuses a WebSocket handshake with a whole HTTP response: a page, a problem, a redirect, whatever a route can answer.
    /// </summary>
    /// <param name="response">The response. It is taken down before it is sent, so that one that never ends never goes out.</param>
    /// <exception cref="InvalidOperationException">This is no handshake, or it has been answered.</exception>
    public async ValueTask DenyAsync(Response response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var handshake = Connection as WebSocketConnection
            ?? throw new InvalidOperationException("Only a WebSocket handshake is denied: return the response from the route's handler.");
        var denial = await new DenialExchange(handshake).TakeAsync(async http =>
        {
            var request = new Request(_app);
            request.Begin((RequestConnection)http);
            try
            {
                await response.SendAsync(request);
            }
            finally
            {
                await request.CleanUpAsync();
                request.End();
            }
        });
        await handshake.DenyAsync(denial);
    }
}
