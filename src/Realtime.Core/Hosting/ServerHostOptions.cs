using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Realtime.Hosting;

/// <summary>Where and how a <see cref="KestrelServerHost"/> listens.</summary>
public sealed record ServerHostOptions
{
    /// <summary>The addresses to listen on; port 0 takes any free port. 127.0.0.1 with any free port unless set.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [new IPEndPoint(IPAddress.Loopback, 0)];

    /// <summary>
    /// Whether the server speaks HTTP/2 by prior knowledge (RFC 9113, section 3.3) instead of HTTP/1.1: behind a proxy that talks
    /// HTTP/2 to its upstreams, and with WebSockets by extended CONNECT (RFC 8441). Without TLS there is no negotiation, so it
    /// is one or the other: an HTTP/1.1 request is then refused, and browsers cannot connect. False unless set.
    /// </summary>
    public bool ClearTextHttp2 { get; init; }

    /// <summary>The transport that accepts connections; null for Realtime's own on Linux, and the platform's sockets elsewhere.</summary>
    public IConnectionListenerFactory? Transport { get; init; }

    /// <summary>
    /// Whether, on Linux, what is read of a connection is handled by the thread that read it, without a hop to another: about 1.4 times
    /// the requests of the platform's sockets. A handler may block all the same: after 10 to 20 milliseconds another thread takes over
    /// what else there is to do. True unless set; false for the platform's sockets. Without effect on a <see cref="Transport"/> of your own.
    /// </summary>
    public bool RunInline { get; init; } = true;

    /// <summary>Where the server logs; null for the app's logger factory, or nowhere for an application without one.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>
    /// How long connections may take to finish before they are cut. Null for the app's
    /// <see cref="AppOptions.ShutdownTimeout"/>, or 30 seconds for an application without one.
    /// </summary>
    public TimeSpan? ShutdownTimeout { get; init; }

    /// <summary>How long to go on listening when asked to stop. Null for the app's <see cref="AppOptions.DrainDelay"/>, or not at all for an application without one.</summary>
    public TimeSpan? DrainDelay { get; init; }

    /// <summary>What a client may ask, and how long it may take. Null for the app's <see cref="AppOptions.Limits"/>, or the defaults for an application without an app.</summary>
    public ServerLimits? Limits { get; init; }
}
