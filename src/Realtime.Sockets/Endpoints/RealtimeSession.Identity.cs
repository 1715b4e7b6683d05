using System.Security.Claims;

namespace Realtime.Sockets;

// Who the client is, and for how long.
internal sealed partial class RealtimeSession
{
    private bool _expires;

    /// <summary>Who the client has proved to be; null in an app that does not ask.</summary>
    public Identity? Identity { get; private set; }

    /// <summary>How long the proof holds from now on; null for ever.</summary>
    private TimeSpan? Remaining(Identity? identity) => identity?.Expires - _endpoint.Host.Time.GetUtcNow();

    private void Expire(TimeSpan? remaining)
    {
        if (remaining is not null || _expires)
        {
            _expires = remaining is not null;
            Link.ExpireIn(remaining);
        }
    }

    /// <summary>Why a client may not be in a topic that is for known users; null where it may, or everybody may.</summary>
    private Fault? Stranger(TopicDefinition definition, string topic)
    {
        if (definition.Roles is not { } roles)
        {
            return null;
        }
        if (Identity?.User is null)
        {
            return Fault.Unauthenticated("Sign in first, then connect again.");
        }
        return roles.Count == 0 || (Identity.Details is ClaimsPrincipal user && roles.Any(user.IsInRole)) ? null : Fault.Forbidden(topic);
    }

    private async ValueTask<Fault?> AuthenticateAsync(ClientMessage message)
    {
        if (_endpoint.Authenticator is not { } authenticator)
        {
            return Fault.Unauthenticated("This app asks nobody who they are: no token is needed.");
        }
        Identity? fresh;
        try
        {
            fresh = await authenticator.AskAsync(Request, message.Token, Ended);
        }
        catch (TimeoutException)
        {
            return Fault.Unavailable();
        }
        catch (HttpError error)
        {
            return new Fault(error.Code, error.Message);
        }
        if (fresh is null)
        {
            return Fault.Unauthenticated("This token is not valid: the connection ends when the one before expires.");
        }
        // What this connection's handlers have allowed was allowed to somebody: it cannot become another's.
        if (!string.Equals(fresh.User, Identity?.User, StringComparison.Ordinal))
        {
            return Fault.OtherUser();
        }
        var remaining = Remaining(fresh);
        Identity = fresh;
        Expire(remaining);
        Send(Codec.Reply(message.Ref, remaining is { } span ? new Dictionary<string, long>(StringComparer.Ordinal) { ["expires"] = (long)span.TotalMilliseconds } : null));
        return null;
    }
}
