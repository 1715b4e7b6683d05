using System.Security.Claims;
using Realtime.Http;

namespace Realtime;

public sealed partial class Session
{
    /// <summary>Who is signed in, as they were when they signed in; null for nobody.</summary>
    internal ClaimsPrincipal? User => SignedUser.Read(_data.User);

    internal void SignIn(ClaimsPrincipal user)
    {
        ThrowIfClosed();
        var before = _data.User;
        _data.User = SignedUser.Write(user);
        if (!_store.Fits(_data))
        {
            var error = _store.TooLarge(_data);
            _data.User = before;
            throw error;
        }
        _isChanged = true;
    }
}
