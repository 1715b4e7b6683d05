using Realtime.Http;

namespace Realtime;

/// <summary>The cookies that a response sets.</summary>
public sealed class ResponseCookies
{
    private readonly List<SetCookie> _cookies = [];

    internal ResponseCookies()
    {
    }

    /// <summary>Sets a cookie, in place of one of the same name, path and domain that this response sets already.</summary>
    /// <param name="name">Its name: letters, digits, and what else a token may have (RFC 9110, section 5.6.2).</param>
    /// <param name="value">Its value; what cannot stand in a cookie is percent-encoded, and decoded again by <see cref="RequestCookies"/>.</param>
    /// <param name="options">What the browser is told about it; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// The name is no token, an option has a semicolon or a line end in it, what the options say does not go together, or the cookie is longer than the 4,096 bytes that
    /// browsers take.
    /// </exception>
    public void Append(string name, string value, CookieOptions? options = null)
    {
        var cookie = new SetCookie(name, value, options ?? new CookieOptions());
        _cookies.RemoveAll(cookie.Replaces);
        _cookies.Add(cookie);
    }

    /// <summary>Makes the browser forget a cookie.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">The options that it was set with: its path and domain must be the same. Null for the defaults.</param>
    /// <exception cref="ArgumentException">As for <see cref="Append"/>.</exception>
    public void Delete(string name, CookieOptions? options = null) =>
        Append(name, "", (options ?? new CookieOptions()) with { MaxAge = TimeSpan.Zero, Expires = DateTimeOffset.UnixEpoch });

    /// <summary>The header field's values.</summary>
    internal IEnumerable<string> Render(bool isHttps) => _cookies.Select(cookie => cookie.Render(isHttps));
}
