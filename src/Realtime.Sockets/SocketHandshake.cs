using Realtime.Protocol;
using Realtime.Sockets;

namespace Realtime;

/// <summary>
/// A WebSocket handshake that the route's handler answers itself: <c>app.WebSocket("/feed", async (SocketHandshake handshake) => { ... })</c>.
/// </summary>
/// <remarks>
/// It is answered once. A handler that returns a <see cref="Response"/> without having accepted has refused with it; one that throws an
/// <see cref="HttpError"/>, with a problem; one that does neither, with 403.
/// </remarks>
public sealed class SocketHandshake
{
    private readonly SocketHost _host;
    private readonly SocketOptions _options;

    internal SocketHandshake(Request request, SocketHost host, SocketOptions options)
    {
        Request = request;
        _host = host;
        _options = options;
    }

    /// <summary>The request: path, query, headers, cookies.</summary>
    public Request Request { get; }

    /// <summary>The subprotocols that the client offers, in its order of preference.</summary>
    public IReadOnlyList<string> Subprotocols => Connection.RequestedSubprotocols;

    /// <summary>The accepted socket, or null.</summary>
    internal Socket? Socket { get; private set; }

    private WebSocketConnection Connection => (WebSocketConnection)Request.Connection;

    /// <summary>Accepts, with the first of the client's subprotocols that <see cref="SocketOptions.Subprotocols"/> lists, or with none.</summary>
    /// <exception cref="InvalidOperationException">The handshake was answered already.</exception>
    public ValueTask<Socket> AcceptAsync() =>
        AcceptAsync(Subprotocols.FirstOrDefault(offered => _options.Subprotocols.Contains(offered, StringComparer.Ordinal)));

    /// <summary>Accepts with a subprotocol of the handler's choice.</summary>
    /// <param name="subprotocol">One of <see cref="Subprotocols"/>, or null for none.</param>
    /// <exception cref="InvalidOperationException">The handshake was answered already, or the client did not offer the subprotocol.</exception>
    public async ValueTask<Socket> AcceptAsync(string? subprotocol)
    {
        var link = await Link.AcceptAsync(Connection, subprotocol, _options, _host.Wheel);
        link.OpenRaw();
        _host.Meters.Opened(ConnectionKind.Raw);
        return Socket = new Socket(link, Request, subprotocol);
    }

    /// <summary>Refuses with a whole HTTP response, as a handler does that returns one.</summary>
    /// <param name="response">The response.</param>
    /// <exception cref="InvalidOperationException">The handshake was answered already.</exception>
    public ValueTask DenyAsync(Response response) => Request.DenyAsync(response);
}
