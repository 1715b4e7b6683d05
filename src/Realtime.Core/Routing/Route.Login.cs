using Realtime.Middleware;

namespace Realtime;

public sealed partial class Route
{
    /// <summary>Lets only users who are signed in; others get 401, or are sent to the login page. See <see cref="App.Login"/>.</summary>
    /// <param name="roles">The roles of which a user needs one, else it is 403; none for every user.</param>
    /// <returns>The route.</returns>
    public Route RequireLogin(params string[] roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        Metadata.Add(new LoginGuard([.. roles], null));
        return this;
    }

    /// <summary>Lets only users who are signed in, and for whom a policy says yes.</summary>
    /// <param name="policy">
    /// Any delegate that says true or false, sync or async, bound as a handler without a body is: <c>(ClaimsPrincipal user, int id, NoteStore store) => store.IsOwner(id, user.Identity!.Name)</c>.
    /// False is 403.
    /// </param>
    /// <returns>The route.</returns>
    public Route RequireLogin(Delegate policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Metadata.Add(new LoginGuard([], policy));
        return this;
    }

    /// <summary>Lets everybody, though the app or the blueprint around the route requires a login.</summary>
    /// <returns>The route.</returns>
    public Route AllowAnonymous()
    {
        Metadata.Add(Anonymous.Allowed);
        return this;
    }

    /// <summary>
    /// Lets pages of other origins send requests that change something, with a visitor's session too: for a route that knows by other means that the visitor wants it, as one that a sign-in
    /// provider posts a secret of the app's own back to. Elsewhere name the origins (<see cref="SecurityOptions.TrustedOrigins"/>).
    /// </summary>
    /// <returns>The route.</returns>
    public Route AllowOtherOrigins()
    {
        Metadata.Add(OtherOrigins.Allowed);
        return this;
    }

    /// <summary>Whether pages of other origins may act with a visitor's session here.</summary>
    internal bool AllowsOtherOrigins => Metadata.Contains(OtherOrigins.Allowed);

    /// <summary>Whether the route lets everybody whatever is around it.</summary>
    internal bool AllowsAnonymous => Metadata.Contains(Anonymous.Allowed);

    /// <summary>Says of a route that pages of other origins may send to it.</summary>
    private enum OtherOrigins
    {
        Allowed,
    }

    /// <summary>Says of a route that it needs no login.</summary>
    private enum Anonymous
    {
        Allowed,
    }
}
