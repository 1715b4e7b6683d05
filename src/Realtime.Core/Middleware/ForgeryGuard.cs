using Microsoft.Extensions.Logging;
using Realtime.Diagnostics;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>Refuses what a page of another site sends in the name of a visitor's session (cross-site request forgery).</summary>
internal sealed class ForgeryGuard(App app, ILogger logger)
{
    /// <summary>Whether a request brings a session, and a page of another site sent it.</summary>
    public bool Refuses(HttpConnection http) =>
        !IsSafe(http.Method) && http.RequestHeaders["Cookie"].Count > 0 && !IsOwn(http) && app.SessionStore.HasCookie(http);

    /// <summary>Stops a request of another site's page from using or beginning a session, be it one that signs its visitor in as somebody else.</summary>
    /// <exception cref="HttpError">403: it is such a request.</exception>
    public void ThrowIfForeign(Request request)
    {
        if (request.Connection is HttpConnection http && request.Endpoint is not { Route.AllowsOtherOrigins: true } && !IsSafe(http.Method) && !IsOwn(http))
        {
            throw Refusal(http);
        }
    }

    // RFC 9110, section 9.2.1, and the method QUERY.
    private static bool IsSafe(string method) => method is "GET" or "HEAD" or "OPTIONS" or "TRACE" or "QUERY";

    private bool IsOwn(HttpConnection http) => OriginRule.AllowsRequest(http, app.Security.TrustedOrigins);

    /// <summary>Says why a request may not go on.</summary>
    public HttpError Refusal(HttpConnection http)
    {
        var origin = http.RequestHeaders["Origin"] is [{ Length: > 0 and < 200 } one] ? one : "another origin";
        HttpLog.ForgeryRefused(logger, http.Method, LogText.Of(http.Path), LogText.Of(origin));
        return new HttpError(
            403,
            $"This {http.Method} comes from a page of {origin} and would act with a session of {http.Host}, which only pages of {http.Host} may: send it from one of those, or without a cookie. "
            + "If that origin is to be trusted, add it to TrustedOrigins of app.Security.",
            "cross_site_request");
    }
}
