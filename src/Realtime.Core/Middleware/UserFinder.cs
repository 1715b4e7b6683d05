using System.Reflection;
using System.Security.Claims;
using Realtime.Binding;
using Realtime.Http;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>Finds out who sends a request, and turns away who must say so first.</summary>
internal sealed class UserFinder
{
    private const string Scheme = "Bearer ";

    private static readonly Action<HttpConnection> VaryByCookie = static http => SessionStore.VaryByCookie(http);

    private readonly App _app;
    private readonly string? _page;
    private readonly Func<UserCall, ValueTask<object?>>? _byToken;
    private readonly Func<UserCall, ValueTask<object?>>? _byId;

    /// <exception cref="InvalidOperationException">A delegate takes what nothing can give it, or gives no user.</exception>
    public UserFinder(App app, LoginRules rules)
    {
        _app = app;
        _page = rules.Page;
        _byToken = Compile(rules.Token, "app.Login, token");
        _byId = Compile(rules.User, "app.Login, user");
    }

    /// <summary>Whether it takes no waiting to know who somebody is.</summary>
    public bool IsImmediate => _byToken is null && _byId is null;

    /// <summary>Whether a request is for the login page itself.</summary>
    public bool IsPage(Request request) => _page is not null && string.Equals(request.Path, _page, StringComparison.Ordinal);

    /// <summary>Who sends a request; somebody without a name where it is nobody known.</summary>
    public async ValueTask<ClaimsPrincipal> FindAsync(Request request)
    {
        if (_byToken is not null && TokenOf(request) is { } token)
        {
            // Who shows a token wants to be its user or nobody, and not whoever the browser remembers.
            var user = await FindByTokenAsync(request, token);
            request.HasBadToken = user is null;
            return user ?? SignedUser.Nobody;
        }
        if (FindBySession(request) is not { } known)
        {
            return SignedUser.Nobody;
        }
        return _byId is null ? known
            : SignedUser.IdOf(known) is { } id ? await AskAsync(_byId, request, id) ?? SignedUser.Nobody
            : SignedUser.Nobody;
    }

    /// <summary>Whose token it is; null for nobody's.</summary>
    public async ValueTask<ClaimsPrincipal?> FindByTokenAsync(Request request, string token) =>
        _byToken is null ? null : await AskAsync(_byToken, request, token);

    /// <summary>Whom a request's session was signed in by, whether or not there is such a user still; null for nobody.</summary>
    public ClaimsPrincipal? FindBySession(Request request)
    {
        if (_app.SessionStore.HasCookie(request.Connection) || request.HasSession)
        {
            return request.Session.User;
        }
        if (request.Connection is HttpConnection { HasStarted: false } http)
        {
            http.OnStarting(VaryByCookie);
        }
        return null;
    }

    /// <summary>Answers somebody who must sign in first.</summary>
    /// <exception cref="HttpError">401: a program asks, or there is no page to sign in on.</exception>
    public Response Challenge(Request request)
    {
        if (_page is not null && request.Connection is HttpConnection http && Navigates(http))
        {
            var next = http.Method is "GET" or "HEAD" && SafeAddress.IsLocal(http.RawTarget) ? $"?next={Uri.EscapeDataString(http.RawTarget)}" : "";
            var response = Response.Redirect(http.RootPath + _page + next);
            response.Headers["Cache-Control"] = "no-store";
            return response;
        }
        throw new HttpError(401, request.HasBadToken ? "This token is not valid, or not any more." : _byToken is null ? "Sign in first." : "Sign in first, or send a token in Authorization: Bearer.")
        {
            // RFC 9110, section 15.5.2, asks for a scheme; RFC 6750, section 3, for an error where a token was sent. That of sessions is no registered one.
            Headers = { ["WWW-Authenticate"] = request.HasBadToken ? "Bearer error=\"invalid_token\"" : _byToken is null ? "Session" : "Bearer" },
        };
    }

    private static string? TokenOf(Request request)
    {
        foreach (var field in request.Headers["Authorization"])
        {
            if (field is not null && field.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            {
                return field[Scheme.Length..].Trim();
            }
        }
        return null;
    }

    // A person follows a link or sends a form: scripts ask for other types, or say that they are scripts (W3C Fetch Metadata, section 2.2).
    private static bool Navigates(HttpConnection http) =>
        http.RequestHeaders["Accept"].ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && http.RequestHeaders["Sec-Fetch-Mode"] is [] or ["navigate"];

    private static async ValueTask<ClaimsPrincipal?> AskAsync(Func<UserCall, ValueTask<object?>> ask, Request request, string text) => await ask(new UserCall(request, text)) switch
    {
        ClaimsPrincipal { Identity.IsAuthenticated: true } user => user,
        string name => SignedUser.Named(name, []),
        _ => null,
    };

    private Func<UserCall, ValueTask<object?>>? Compile(Delegate? handler, string owner)
    {
        if (handler is null)
        {
            return null;
        }
        var compiled = HandlerCompiler.Compile<UserCall>(handler, Resolve, owner);
        return compiled.ResultType == typeof(string) || compiled.ResultType.IsAssignableTo(typeof(ClaimsPrincipal))
            ? compiled.Invoke
            : throw new InvalidOperationException($"{owner}: it must say who the user is: return a ClaimsPrincipal, a name, or null, or a task of one.");
    }

    private ParameterBinding<UserCall>? Resolve(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(string) => ParameterBinding<UserCall>.From("context", static (UserCall call) => call.Text),
        var type when type == typeof(Request) => ParameterBinding<UserCall>.From("context", static (UserCall call) => call.Request),
        var type when type == typeof(CancellationToken) => ParameterBinding<UserCall>.From("context", static (UserCall call) => call.Request.Disconnected),
        _ => ServiceBinding.Resolve<UserCall>(parameter, _app, static call => call.Request.Services),
    };

    /// <summary>What one call of a delegate that finds a user brings.</summary>
    /// <param name="Request">The request.</param>
    /// <param name="Text">The token or the id.</param>
    private sealed record UserCall(Request Request, string Text);
}
