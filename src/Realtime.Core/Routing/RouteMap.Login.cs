using Realtime.Middleware;

namespace Realtime.Routing;

public abstract partial class RouteMap
{
    /// <summary>
    /// Lets only users who are signed in to what is in this app or blueprint, files and paths that nothing answers included where it is an app, but for the login page and routes with
    /// <see cref="Route.AllowAnonymous"/>. It takes its turn among the hooks added with <see cref="Before"/>. See <see cref="App.Login"/>.
    /// </summary>
    /// <param name="roles">The roles of which a user needs one, else it is 403; none for every user.</param>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void RequireLogin(params string[] roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        Add(new LoginGuard([.. roles], null));
    }

    /// <summary>Lets only users who are signed in, and for whom a policy says yes, to what is in this app or blueprint; see <see cref="RequireLogin(string[])"/>.</summary>
    /// <param name="policy">
    /// Any delegate that says true or false, sync or async, bound as a handler without a body is: <c>(ClaimsPrincipal user, int id, NoteStore store) => store.IsOwner(id, user.Identity!.Name)</c>.
    /// False is 403.
    /// </param>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void RequireLogin(Delegate policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Add(new LoginGuard([], policy));
    }

    private void Add(LoginGuard guard) => Add(new Hook(HookKind.Before, guard.Policy ?? (static () => { })) { Guard = guard });
}
