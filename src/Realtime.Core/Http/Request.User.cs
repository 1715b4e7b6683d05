using System.Security.Claims;
using Realtime.Http;
using Realtime.Middleware;

namespace Realtime;

public sealed partial class Request
{
    private ClaimsPrincipal? _user;

    /// <summary>
    /// Who sends the request: whom middleware around the app has authenticated (ASP.NET Core's), or else found by a bearer token or the session (see
    /// <see cref="App.Login"/>). Never null: of somebody who is not signed in, <c>User.Identity.IsAuthenticated</c> is false.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// It takes waiting to know, since the app looks its users up, and nobody has waited yet: await <see cref="GetUserAsync"/>, take a <see cref="ClaimsPrincipal"/> as a parameter, or let the route
    /// <see cref="Route.RequireLogin(string[])"/>.
    /// </exception>
    public ClaimsPrincipal User => _user ??= Connection.Extension<ClaimsPrincipal>() ?? (!_app.Users.IsImmediate
        ? throw new InvalidOperationException(
            "Who sends this request is not known yet, since app.Login looks users up: await request.GetUserAsync(), take a ClaimsPrincipal as a parameter of the handler, or add RequireLogin() to the route.")
        : _app.Users.FindBySession(this) ?? SignedUser.Nobody);

    /// <summary>Finds out who sends the request; asked again, it answers the same. See <see cref="User"/>.</summary>
    public async ValueTask<ClaimsPrincipal> GetUserAsync() => _user ??= Connection.Extension<ClaimsPrincipal>() ?? await _app.Users.FindAsync(this);

    /// <summary>Finds out whose token it is, by the <c>token</c> of <see cref="App.Login"/>; null where it is nobody's, or the app takes none.</summary>
    /// <param name="token">The token, wherever it came from.</param>
    public ValueTask<ClaimsPrincipal?> FindUserAsync(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _app.Users.FindByTokenAsync(this, token);
    }

    /// <summary>Signs a user in: this client's session remembers them from now on.</summary>
    /// <param name="name">The user's name, which the <c>user</c> of <see cref="App.Login"/> finds them by.</param>
    /// <param name="roles">The roles they have.</param>
    /// <exception cref="InvalidOperationException">As for <see cref="Session.Set"/>.</exception>
    public void SignIn(string name, params ReadOnlySpan<string> roles) => SignIn(SignedUser.Named(name, roles));

    /// <summary>Signs a user in: this client's session remembers their claims from now on, which must fit its cookie.</summary>
    /// <param name="user">The user.</param>
    /// <exception cref="ArgumentException">The user has neither an id (<see cref="ClaimTypes.NameIdentifier"/>) nor a name.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="Session.Set"/>.</exception>
    public void SignIn(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (SignedUser.IdOf(user) is null)
        {
            throw new ArgumentException("A user who is signed in needs an id (ClaimTypes.NameIdentifier) or a name (ClaimTypes.Name) to be known by.", nameof(user));
        }
        Session.SignIn(user);
        _user = Session.User;
    }

    /// <summary>Signs the user out: this client's session forgets everything, since what is in it was theirs.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Session.Set"/>.</exception>
    public void SignOut()
    {
        Session.Clear();
        _user = SignedUser.Nobody;
    }

    /// <summary>
    /// Where to go behind the login page: <c>next</c> of the query where that is an address of this host, which nobody else's page can make lead elsewhere.
    /// </summary>
    /// <param name="fallback">Where to go where the query does not say, or leads elsewhere.</param>
    public string Next(string fallback = "/") => Query["next"] is [var next] && SafeAddress.IsLocal(next) ? Ascii(next!) : fallback;

    /// <summary>Whether a token came that is nobody's.</summary>
    internal bool HasBadToken { get; set; }

    /// <summary>Whether the session has been asked for.</summary>
    internal bool HasSession => _session is not null;

    // A header field takes no other letters.
    private static string Ascii(string address) => System.Text.Ascii.IsValid(address) ? address : new Uri(new Uri("http://localhost"), address).PathAndQuery;

    private void EndUser()
    {
        _user = null;
        HasBadToken = false;
    }
}
