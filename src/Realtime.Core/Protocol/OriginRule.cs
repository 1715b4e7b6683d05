namespace Realtime.Protocol;

/// <summary>
/// Decides whether a page that sends a request may act here as the app's own pages do: with the cookies that its visitor's browser adds by itself.
/// </summary>
public static class OriginRule
{
    /// <summary>
    /// Tells whether a request comes from a page of the app or of an origin that is allowed, or from no page at all.
    /// </summary>
    /// <remarks>
    /// Browsers say where a request comes from in <c>Sec-Fetch-Site</c>, which no page can change (W3C Fetch Metadata, section 2.3); that is believed before <c>Origin</c>, which
    /// names another host than ours behind a proxy that changes <c>Host</c>. A request with neither is of no browser of this decade.
    /// </remarks>
    /// <param name="connection">The request.</param>
    /// <param name="allowed">Origins, such as <c>https://app.example.org</c>, that count as the app's own; <c>*</c> for all.</param>
    public static bool AllowsRequest(RequestConnection connection, IReadOnlyCollection<string> allowed)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(allowed);
        var origin = connection.RequestHeaders["Origin"];
        if (origin is [{ } one] && IsListed(one, allowed))
        {
            return true;
        }
        var site = connection.RequestHeaders["Sec-Fetch-Site"];
        return site.Count > 0 ? site is ["same-origin" or "none"] || allowed.Contains("*", StringComparer.Ordinal) : Allows(connection, allowed);
    }

    /// <summary>Tells whether a WebSocket handshake comes from a page of the app or of an origin that is allowed, or from no page at all (RFC 6455, section 10.2).</summary>
    /// <remarks>Host and port are compared, not the scheme: behind a proxy that ends TLS the server sees http where the page sees https.</remarks>
    /// <param name="connection">The handshake.</param>
    /// <param name="allowed">Origins, such as <c>https://app.example.org</c>, that count as the app's own; <c>*</c> for all.</param>
    public static bool Allows(RequestConnection connection, IReadOnlyCollection<string> allowed)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(allowed);
        var fields = connection.RequestHeaders["Origin"];
        if (fields.Count == 0)
        {
            return true;
        }
        if (fields.Count > 1 || fields[0] is not { } origin)
        {
            return false;
        }
        return IsListed(origin, allowed)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var page)
                && page.Scheme is "http" or "https"
                && connection.Host is { Length: > 0 } host
                && Uri.TryCreate($"{page.Scheme}://{host}", UriKind.Absolute, out var server)
                && page.Port == server.Port
                && string.Equals(page.IdnHost, server.IdnHost, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsListed(string origin, IReadOnlyCollection<string> allowed) =>
        allowed.Count > 0 && (allowed.Contains("*", StringComparer.Ordinal) || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase));
}
