namespace Realtime;

/// <summary>Whether a browser sends a cookie with requests that another site causes.</summary>
public enum SameSite
{
    /// <summary>Only when a person follows a link to this site: the default, and what a session needs.</summary>
    Lax,

    /// <summary>Never: also not behind a link from elsewhere.</summary>
    Strict,

    /// <summary>Always; such a cookie must be <see cref="CookieOptions.Secure"/>.</summary>
    None,
}
