using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Diagnostics;
using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime.Http;

/// <summary>Reads an app's sessions from cookies and writes them back.</summary>
internal sealed class SessionStore
{
    // What every browser keeps of one cookie's name and value (RFC 6265, section 6.1).
    private const int MaxCookie = 4096;

    // What encryption, signature and the key's id add, with room for a cipher of the app's own choice.
    private const int Overhead = 160;

    private readonly SessionOptions _options;
    private readonly TimeProvider _time;
    private readonly Lazy<IDataProtector> _protector;
    private readonly int _mostBytes;
    private readonly ILogger _logger;
    private readonly bool _trustsNoProxy;
    private bool _hasWarned;

    public SessionStore(App app)
    {
        _options = app.Sessions;
        _time = app.Provider.GetRequiredService<TimeProvider>();
        Json = app.Json;
        _mostBytes = ((MaxCookie - CookieName(isSecure: true, rootPath: "").Length - 3) * 3 / 4) - Overhead;
        _logger = app.Provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.Sessions");
        _trustsNoProxy = app.Security.ProxyHops == 0;
        _protector = new Lazy<IDataProtector>(() =>
        {
            var provider = app.Provider.GetService<IDataProtectionProvider>() ?? SessionKeys.Open(app, _logger);
            return provider.CreateProtector("Realtime.Session", "1");
        });
    }

    public JsonSerializerOptions Json { get; }

    /// <summary>Reads the session of a request: an empty one where its cookie is absent, forged, or too old.</summary>
    public Session Open(Request request)
    {
        var connection = request.Connection;
        request.App.Forgery?.ThrowIfForeign(request);
        var cookie = request.Headers["Cookie"].Count > 0 ? request.Cookies[CookieName(connection.Scheme == "https", connection.RootPath)] : null;
        return new Session(this, connection, cookie is { Length: > 0 } ? Read(cookie) : null, hadCookie: cookie is not null);
    }

    /// <summary>Whether a request brings a cookie that may be a session's.</summary>
    public bool HasCookie(RequestConnection connection)
    {
        foreach (var field in connection.RequestHeaders["Cookie"])
        {
            if (field is not null && field.Contains(_options.CookieName, StringComparison.Ordinal)
                && new RequestCookies(field)[CookieName(connection.Scheme == "https", connection.RootPath)] is { Length: > 0 })
            {
                return true;
            }
        }
        return false;
    }

    public bool Fits(SessionData data) => data.Write(issued: int.MaxValue).Length <= _mostBytes;

    public InvalidOperationException TooLarge(SessionData data)
    {
        var parts = data.Values.Select(static pair => (Name: $"'{pair.Key}'", Size: pair.Value.GetRawText().Length))
            .Append((Name: "the flash messages", Size: data.Flashes.Sum(static flash => flash.Text.Length + flash.Category.Length)));
        var (name, size) = parts.MaxBy(static part => part.Size);
        return new InvalidOperationException(string.Create(
            CultureInfo.InvariantCulture,
            $"The session would take {data.Write(int.MaxValue).Length:N0} bytes, and its cookie has room for {_mostBytes:N0}, of which {name} would take {size:N0}. Keep large things in a store, and their id in the session."));
    }

    /// <summary>Adds to a response, whose headers are about to be sent, what becomes of the session.</summary>
    public void Close(HttpConnection http, string rootPath, SessionData data, bool isChanged, bool hadCookie)
    {
        VaryByCookie(http);
        var headers = http.ResponseHeaders;
        var isEmpty = data.IsEmpty;
        if (isEmpty ? !(isChanged && hadCookie) : !isChanged && !IsDue(data))
        {
            return;
        }
        headers.Append("Set-Cookie", isEmpty ? Cookie(http, rootPath, "", TimeSpan.Zero) : Cookie(http, rootPath, Protect(data), _options.EndsWithBrowser ? null : _options.Lifetime));
        if (!headers.Contains("Cache-Control"))
        {
            // A cache that many share must not hand one client's cookie to another.
            headers["Cache-Control"] = "private";
        }
        if (_trustsNoProxy && !_hasWarned && http.RequestHeaders["X-Forwarded-Proto"].ToString().StartsWith("https", StringComparison.OrdinalIgnoreCase))
        {
            // Once: whoever runs the app is to know, and a client that makes it up is not to fill the log.
            _hasWarned = true;
            SessionLog.ProxyNotTrusted(_logger);
        }
    }

    /// <summary>Says to caches that another client may be answered differently.</summary>
    public static void VaryByCookie(HttpConnection http)
    {
        if (!http.ResponseHeaders["Vary"].ToString().Contains("Cookie", StringComparison.OrdinalIgnoreCase))
        {
            http.ResponseHeaders.Append("Vary", "Cookie");
        }
    }

    private SessionData? Read(string cookie)
    {
        byte[] bytes;
        try
        {
            bytes = _protector.Value.Unprotect(Base64Url.DecodeFromChars(cookie));
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }
        return SessionData.Read(bytes) is { } data && Age(data) <= _options.Lifetime ? data : null;
    }

    private string Protect(SessionData data)
    {
        var text = Base64Url.EncodeToString(_protector.Value.Protect(data.Write(_time.GetUtcNow().ToUnixTimeSeconds())));
        return text.Length <= MaxCookie ? text : throw TooLarge(data);
    }

    private bool IsDue(SessionData data) => Age(data) >= _options.Lifetime / 10;

    private TimeSpan Age(SessionData data) => _time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(data.Issued);

    private string Cookie(HttpConnection http, string rootPath, string value, TimeSpan? maxAge)
    {
        var isSecure = http.Scheme == "https";
        var age = maxAge is { } span ? string.Create(CultureInfo.InvariantCulture, $"; Max-Age={(long)span.TotalSeconds}") : "";
        var domain = _options.Domain is { } name ? $"; Domain={name}" : "";
        return $"{CookieName(isSecure, rootPath)}={value}; Path={(rootPath.Length == 0 ? "/" : RoutePath.Encode(rootPath))}{domain}{age}{(isSecure ? "; Secure" : "")}; HttpOnly; SameSite=Lax";
    }

    private string CookieName(bool isSecure, string rootPath)
    {
        if (!isSecure || _options.CookieName.StartsWith("__", StringComparison.Ordinal))
        {
            return _options.CookieName;
        }
        return (rootPath.Length == 0 && _options.Domain is null ? "__Host-" : "__Secure-") + _options.CookieName;
    }
}
