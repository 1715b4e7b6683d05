using System.Net;

namespace Realtime.Protocol;

/// <summary>The facts that an HTTP request and a WebSocket handshake share.</summary>
public abstract class RequestConnection : Connection
{
    /// <summary>The scheme: <c>http</c> or <c>https</c> (a WebSocket handshake has the scheme of its request).</summary>
    public abstract string Scheme { get; }

    /// <summary>The version of HTTP: <c>HTTP/1.1</c>, <c>HTTP/2</c>.</summary>
    public abstract string HttpVersion { get; }

    /// <summary>
    /// The path below <see cref="RootPath"/>, percent-decoded except for <c>%2F</c>, beginning with a slash. A mount
    /// replaces it for the application below.
    /// </summary>
    public abstract string Path { get; set; }

    /// <summary>Where this application is mounted: empty, or a path without a trailing slash. A mount replaces it.</summary>
    public abstract string RootPath { get; set; }

    /// <summary>The request target as it came (RFC 9112, section 3.2): still encoded, with its query.</summary>
    public abstract string RawTarget { get; }

    /// <summary>The query as it came, with its question mark, or empty.</summary>
    public abstract string QueryString { get; }

    /// <summary>The request's header fields.</summary>
    public abstract Headers RequestHeaders { get; }

    /// <summary>Who connected, or null where the transport has no address.</summary>
    public abstract IPEndPoint? Client { get; }

    /// <summary>Which of our addresses was connected to, or null where the transport has none.</summary>
    public abstract IPEndPoint? Server { get; }

    /// <summary>Fires when the peer has gone or the server gives the connection up.</summary>
    public abstract CancellationToken Disconnected { get; }
}
