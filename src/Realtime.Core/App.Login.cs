using Realtime.Middleware;
using Realtime.Routing;

namespace Realtime;

public sealed partial class App
{
    private LoginRules _login = new(null, null, null);
    private UserFinder? _users;

    /// <summary>Whether <see cref="Login"/> was called.</summary>
    public bool HasLogin { get; private set; }

    /// <summary>
    /// Says how the app knows its users: by a bearer token that <paramref name="token"/> knows, or by the session that a handler signed in with
    /// <see cref="Request.SignIn(string, ReadOnlySpan{string})"/>. Who it is then is <see cref="Request.User"/>; <see cref="RouteMap.RequireLogin(string[])"/> and
    /// <see cref="Route.RequireLogin(string[])"/> let nobody else in.
    /// </summary>
    /// <param name="page">
    /// The path of the page that signs people in, <c>/login</c>: a browser that wants a page for which it must be signed in is sent there, with the address that it wanted as <c>next</c> of
    /// the query (see <see cref="Request.Next"/>). Null to answer everybody with 401.
    /// </param>
    /// <param name="token">
    /// From the token of <c>Authorization: Bearer</c> to its user: a <see cref="System.Security.Claims.ClaimsPrincipal"/>, the user's name, or null where it is not valid; sync or async. It takes the token as a
    /// string, and as every handler services, the <see cref="Request"/> and a <see cref="CancellationToken"/>. Null where the app takes no tokens.
    /// </param>
    /// <param name="user">
    /// From the id (or without one the name) that a session was signed in with to its user, asked on each request that wants to know, so that changed roles and deleted users are noticed: as for
    /// <paramref name="token"/>. Null to believe what the session says until it ends.
    /// </param>
    /// <exception cref="InvalidOperationException">The app has started, or has a login already.</exception>
    public void Login(string? page = null, Delegate? token = null, Delegate? user = null)
    {
        ThrowIfBuilt();
        if (HasLogin)
        {
            throw new InvalidOperationException("app.Login was called twice: say all of it in one call.");
        }
        if (page is not null && !SafeAddress.IsLocal(page))
        {
            throw new ArgumentException($"The login page '{page}' is no path of this app: it begins with one slash, as /login does.", nameof(page));
        }
        HasLogin = true;
        _login = new LoginRules(page, token, user);
        OnBuild(() => _ = Users);
    }

    internal UserFinder Users => _users ??= new UserFinder(this, _login);
}
