using Realtime.Http;

namespace Realtime;

public sealed partial class Request
{
    /// <summary>
    /// Refuses a request that was made for another state of a thing than it has now (RFC 9110, section 13): call it in a PUT, PATCH or DELETE before anything is
    /// changed, with the tag that a GET of the thing sends. What <c>If-Match</c>, <c>If-None-Match</c> and <c>If-Unmodified-Since</c> say is checked.
    /// </summary>
    /// <param name="etag">The tag of the thing as it is now, with or without quotes; null where it does not exist, so that <c>If-None-Match: *</c> means to create it.</param>
    /// <param name="lastModified">When it was last changed; null for nobody knows.</param>
    /// <param name="isRequired">Whether a request without any such condition is refused too, with 428, so that nobody overwrites what they have not seen.</param>
    /// <exception cref="HttpError">412: the thing has changed since, or exists already. 428: there is no condition.</exception>
    public void RequireUnchanged(string? etag, DateTimeOffset? lastModified = null, bool isRequired = false)
    {
        if (!Preconditions.AreIn(Headers))
        {
            if (isRequired)
            {
                throw new HttpError(428, "Say which state you have seen: send If-Match with the ETag of your last GET, or If-None-Match: * to create.");
            }
            return;
        }
        var tag = etag is null ? null : EntityTag.Of(etag);
        // A read is never refused for having the newest: its response says 304 by itself.
        if (Preconditions.Evaluate(Headers, Method, tag, lastModified, exists: etag is not null || lastModified is not null) == Precondition.Failed)
        {
            throw new HttpError(412, "What is here is not what the request's conditions name: get it again, and decide anew.");
        }
    }

    /// <summary>The one of several media types that the request accepts best; null where it accepts none of them, the first where it does not care.</summary>
    /// <param name="types">Media types, the one that you like best first: <c>request.Accepts("text/html", "application/json")</c>.</param>
    public string? Accepts(params ReadOnlySpan<string> types) => Negotiation.Best(Headers["Accept"], types);
}
