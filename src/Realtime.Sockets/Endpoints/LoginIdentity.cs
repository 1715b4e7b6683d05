using System.Globalization;
using System.Security.Claims;

namespace Realtime.Sockets;

/// <summary>Who a client is to topics, where the app knows its users by <see cref="App.Login"/> and says nothing else.</summary>
internal static class LoginIdentity
{
    /// <summary>For the place of <see cref="Topics.Authenticate"/>.</summary>
    public static Delegate Hook { get; } = FindAsync;

    // A token that is nobody's is refused; who brings none may be known by the session, and may come in anyhow.
    private static async ValueTask<Identity?> FindAsync(Request request, string? token)
    {
        var user = token is not null ? await request.FindUserAsync(token) : await request.GetUserAsync();
        if (user is null)
        {
            return null;
        }
        if (user.Identity is not { IsAuthenticated: true })
        {
            return Identity.Anonymous;
        }
        var name = user.Identity.Name ?? user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? user.FindFirst("sub")?.Value;
        return new Identity(name, ExpiryOf(user), user);
    }

    // The claim of a token (RFC 7519, section 4.1.4).
    private static DateTimeOffset? ExpiryOf(ClaimsPrincipal user) =>
        long.TryParse(user.FindFirst("exp")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
