using System.Globalization;
using Microsoft.Extensions.Primitives;
using Realtime.Http;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>Adds to responses what makes browsers careful. One object and one delegate for all requests of an app.</summary>
internal sealed class SecurityHeaders
{
    private static readonly StringValues NoSniff = "nosniff";

    private readonly KeyValuePair<string, StringValues>[] _ofPages;
    private readonly StringValues _hsts;

    public SecurityHeaders(SecurityOptions options, bool isDevelopment)
    {
        (string Name, string? Value)[] ofPages =
        [
            ("Content-Security-Policy", options.ContentSecurityPolicy),
            ("Referrer-Policy", options.ReferrerPolicy),
            ("X-Frame-Options", options.FrameOptions),
        ];
        _ofPages = [.. ofPages.Where(static field => field.Value is not null).Select(static field => KeyValuePair.Create(field.Name, new StringValues(field.Value)))];
        _hsts = options.HstsAge is { } age && !isDevelopment
            ? string.Create(CultureInfo.InvariantCulture, $"max-age={(long)age.TotalSeconds}{(options.HstsSubdomains ? "; includeSubDomains" : "")}")
            : StringValues.Empty;
        Set = SetOn;
    }

    /// <summary>For <see cref="HttpConnection.OnStarting"/>.</summary>
    public Action<HttpConnection> Set { get; }

    private void SetOn(HttpConnection http)
    {
        var headers = http.ResponseHeaders;
        // Also on text and JSON: without it a browser runs either as a script of another site's page.
        headers["X-Content-Type-Options"] = NoSniff;
        if (headers.ContentType is { } type && IsPage(type))
        {
            foreach (var (name, value) in _ofPages)
            {
                if (!headers.Contains(name))
                {
                    headers[name] = value;
                }
            }
        }
        if (_hsts.Count > 0 && http.Scheme == "https" && !headers.Contains("Strict-Transport-Security") && !IsLocal(http.Host))
        {
            headers["Strict-Transport-Security"] = _hsts;
        }
    }

    private static bool IsPage(string contentType) =>
        ReferenceEquals(contentType, BodyWriter.HtmlText) || contentType.StartsWith("text/html", StringComparison.OrdinalIgnoreCase);

    // A promise for localhost would hold for whatever else is developed there.
    private static bool IsLocal(string host) =>
        host.StartsWith("localhost", StringComparison.OrdinalIgnoreCase) && (host.Length == "localhost".Length || host["localhost".Length] == ':');
}
