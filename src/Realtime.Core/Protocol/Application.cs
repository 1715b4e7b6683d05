namespace Realtime.Protocol;

/// <summary>
/// An application: one function that a server calls once for every connection, be it an HTTP request, a WebSocket or
/// the lifespan of the server itself. Middleware is a function from an application to an application.
/// </summary>
/// <param name="connection">
/// One of <see cref="HttpConnection"/>, <see cref="WebSocketConnection"/> or <see cref="LifespanConnection"/>. It is
/// valid until the returned task completes; servers pool connections.
/// </param>
/// <returns>A task that completes when the application is done with the connection.</returns>
public delegate ValueTask Application(Connection connection);
