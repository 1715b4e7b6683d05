namespace Realtime;

/// <summary>Whom an app trusts, and what it tells browsers to keep its visitors safe.</summary>
public sealed record SecurityOptions
{
    /// <summary>
    /// Origins, beside the app's own, whose pages may act with its visitors' sessions and open its sockets: <c>https://app.example.org</c>. Empty by default.
    /// </summary>
    public IReadOnlyCollection<string> TrustedOrigins { get; init; } = [];

    /// <summary>
    /// Whether a request that changes something (any method but GET, HEAD, OPTIONS, TRACE and QUERY) is refused with 403 where a page of another origin sends it and it
    /// brings a session, or its handler asks for one. True by default.
    /// </summary>
    public bool RefusesForgery { get; init; } = true;

    /// <summary>
    /// The hosts that the app answers to: <c>example.org</c> with any port, <c>example.org:8080</c>, <c>*.example.org</c> for the hosts below; a request to another is refused with 400.
    /// Empty (the default) for any: say yours in production, since whoever asks can choose what <c>Host</c> says, and absolute addresses are made of it.
    /// </summary>
    public IReadOnlyCollection<string> TrustedHosts { get; init; } = [];

    /// <summary>
    /// How many proxies of one's own a request passes on its way here. What they say of the client's address, the scheme and the host is then believed. 0 (the default) for
    /// none: then nobody is believed, since anybody could say so.
    /// </summary>
    public int ProxyHops { get; init; }

    /// <summary>In which header fields the proxies say it; the others are not read, for a client may have sent them. <see cref="ProxyHeaders.XForwarded"/> by default.</summary>
    public ProxyHeaders ProxyHeaders { get; init; }

    /// <summary>
    /// Whether responses have the header fields below, where the app did not set them itself: <c>X-Content-Type-Options: nosniff</c> on all, the others on pages (<c>text/html</c>) alone,
    /// and HSTS on all over HTTPS. True by default.
    /// </summary>
    public bool SendsHeaders { get; init; } = true;

    /// <summary>Who may show the app's pages in a frame (<c>X-Frame-Options</c>); null to say nothing. <c>SAMEORIGIN</c> by default. A page's own <c>frame-ancestors</c> wins.</summary>
    public string? FrameOptions { get; init; } = "SAMEORIGIN";

    /// <summary>What a page's links tell other sites of its address (<c>Referrer-Policy</c>); null to say nothing. <c>strict-origin-when-cross-origin</c> by default.</summary>
    public string? ReferrerPolicy { get; init; } = "strict-origin-when-cross-origin";

    /// <summary>Where pages may load from (<c>Content-Security-Policy</c>); null (the default) to say nothing: what is right depends on the pages.</summary>
    public string? ContentSecurityPolicy { get; init; }

    /// <summary>
    /// How long a browser that was here over HTTPS comes by HTTPS alone (<c>Strict-Transport-Security</c>, RFC 6797). It is not said in development, nor to <c>localhost</c>. Null to
    /// say nothing; 30 days by default.
    /// </summary>
    public TimeSpan? HstsAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether that holds for all hosts below this one too. False by default.</summary>
    public bool HstsSubdomains { get; init; }

    internal void Validate()
    {
        if (ProxyHops is < 0 or > 32)
        {
            throw new InvalidOperationException($"SecurityOptions.ProxyHops must be 0 to 32, but is {ProxyHops}.");
        }
        foreach (var origin in TrustedOrigins)
        {
            if (origin != "*" && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority).Length == origin.Length))
            {
                throw new InvalidOperationException($"SecurityOptions.TrustedOrigins has '{origin}', which is no origin: write https://example.org, without a path or a slash at the end.");
            }
        }
        if (TrustedHosts.FirstOrDefault(static host => host.Contains('/', StringComparison.Ordinal) || host.Length == 0) is { } bad)
        {
            throw new InvalidOperationException($"SecurityOptions.TrustedHosts has '{bad}', which is no host: write example.org, example.org:8080 or *.example.org.");
        }
    }
}

/// <summary>In which header fields proxies say for whom they ask.</summary>
public enum ProxyHeaders
{
    /// <summary><c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c> and <c>X-Forwarded-Host</c>.</summary>
    XForwarded,

    /// <summary><c>Forwarded</c> (RFC 7239).</summary>
    Forwarded,
}
