namespace Realtime;

/// <summary>What a browser is told about a cookie (RFC 6265, and its draft of a successor for <see cref="SameSite"/> and <see cref="Partitioned"/>).</summary>
public sealed record CookieOptions
{
    /// <summary>The paths it is sent to: this one and those below. <c>/</c> unless set.</summary>
    public string Path { get; init; } = "/";

    /// <summary>The host it is sent to, with those below; null for this host alone, which is the default.</summary>
    public string? Domain { get; init; }

    /// <summary>How long the browser keeps it; null for as long as it runs, which is the default.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Until when the browser keeps it, for those that do not know <see cref="MaxAge"/>, which goes first; null for no such time.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether it is sent over HTTPS only; null for where it was itself sent over HTTPS, which is the default.</summary>
    public bool? Secure { get; init; }

    /// <summary>Whether scripts cannot see it. True unless set.</summary>
    public bool HttpOnly { get; init; } = true;

    /// <summary>Whether it is sent with requests that another site causes. <see cref="SameSite.Lax"/> unless set.</summary>
    public SameSite SameSite { get; init; }

    /// <summary>Whether a page that is embedded elsewhere has another one for each site around it. Such a cookie must be <see cref="Secure"/>. False unless set.</summary>
    public bool Partitioned { get; init; }
}
