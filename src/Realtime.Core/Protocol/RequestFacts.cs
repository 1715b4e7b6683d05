using System.Net;

namespace Realtime.Protocol;

/// <summary>
/// A server's side of one request: what it knows about it. Servers derive from <see cref="HttpExchange"/> and
/// <see cref="WebSocketHandshake"/>; applications see the connections made of them.
/// </summary>
/// <remarks>
/// A server may pool its exchanges: the connection that an application holds lets go of its exchange when the application
/// returns, so what was kept too long throws instead of showing another request's data.
/// </remarks>
public abstract class RequestFacts
{
    /// <summary>The scheme: <c>http</c> or <c>https</c>.</summary>
    public abstract string Scheme { get; }

    /// <summary>The version of HTTP: <c>HTTP/1.1</c>, <c>HTTP/2</c>.</summary>
    public abstract string HttpVersion { get; }

    /// <summary>The path, percent-decoded except for <c>%2F</c>, beginning with a slash.</summary>
    public abstract string Path { get; }

    /// <summary>Where the server itself mounts the application: empty, or a path without a trailing slash.</summary>
    public virtual string RootPath => "";

    /// <summary>The request target as it came: still encoded, with its query.</summary>
    public abstract string RawTarget { get; }

    /// <summary>The query as it came, with its question mark, or empty.</summary>
    public abstract string QueryString { get; }

    /// <summary>
    /// The request's header fields. An object of this request alone, which must throw <see cref="ObjectDisposedException"/>
    /// once the request is over.
    /// </summary>
    public abstract Headers RequestHeaders { get; }

    /// <summary>Who connected, or null where the transport has no address.</summary>
    public abstract IPEndPoint? Client { get; }

    /// <summary>Which of our addresses was connected to, or null where the transport has none.</summary>
    public abstract IPEndPoint? Server { get; }

    /// <summary>Fires when the peer has gone or the server gives the connection up.</summary>
    public abstract CancellationToken Disconnected { get; }

    /// <summary>What lifespan startup left for every connection.</summary>
    public abstract IDictionary<string, object?> State { get; }

    /// <summary>Looks up an optional ability of the server by its type.</summary>
    /// <typeparam name="T">The ability's type.</typeparam>
    /// <returns>The ability, or null where this server lacks it.</returns>
    public virtual T? Extension<T>()
        where T : class => null;

    /// <summary>Cuts the connection at once. Called at any time, from any thread, also more than once.</summary>
    public abstract void Abort();

    /// <summary>
    /// Says that the application failed with an exception of its own making: a server logs it. Faults of the peer are not
    /// reported here.
    /// </summary>
    /// <param name="exception">What came out of the application.</param>
    public abstract void ApplicationFailed(Exception exception);

    /// <summary>Where an app keeps what it pools from request to request; a server neither reads nor clears it.</summary>
    internal object? Slot { get; set; }
}
