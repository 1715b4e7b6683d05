using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>Decides whether the page that asks for a socket may have it (RFC 6455, section 10.2).</summary>
internal static class OriginRule
{
    /// <summary>Tells whether a plain request may go on: as a handshake, except that one of another site's page may come without an <c>Origin</c>.</summary>
    public static bool AllowsRequest(RequestConnection connection, IReadOnlyCollection<string> allowed)
    {
        // Browsers say where a request comes from in a field that no page can change (W3C Fetch Metadata, section 2.3).
        var site = connection.RequestHeaders["Sec-Fetch-Site"];
        return Allows(connection, allowed)
            && (connection.RequestHeaders["Origin"].Count > 0 || site.Count == 0 || site[0] is "same-origin" or "none");
    }

    /// <summary>Tells whether a handshake may go on.</summary>
    /// <remarks>
    /// Host and port are compared, not the scheme: behind a proxy that ends TLS the server sees http where the page sees https.
    /// </remarks>
    public static bool Allows(RequestConnection connection, IReadOnlyCollection<string> allowed)
    {
        var fields = connection.RequestHeaders["Origin"];
        if (fields.Count == 0)
        {
            return true;
        }
        if (fields.Count > 1 || fields[0] is not { } origin)
        {
            return false;
        }
        if (allowed.Contains("*", StringComparer.Ordinal) || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }
        return Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && page.Scheme is "http" or "https"
            && connection.RequestHeaders["Host"] is [{ Length: > 0 } host]
            && Uri.TryCreate($"{page.Scheme}://{host}", UriKind.Absolute, out var server)
            && page.Port == server.Port
            && string.Equals(page.IdnHost, server.IdnHost, StringComparison.OrdinalIgnoreCase);
    }
}
