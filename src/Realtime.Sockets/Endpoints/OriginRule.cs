using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>Decides whether the page that asks for a socket may have it (RFC 6455, section 10.2).</summary>
internal static class OriginRule
{
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
