using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Answers a conditional request for a representation whose validators are among the response's header fields.</summary>
internal static class Conditional
{
    // What describes a body that is not sent (RFC 9110, section 15.4.5).
    private static readonly string[] BodyFields = ["Content-Type", "Content-Length", "Content-Encoding", "Content-Range", "Content-Disposition", "Accept-Ranges"];

    /// <summary>Whether the representation is to be sent. Where it is not, the status says why: 304, or an error is thrown.</summary>
    /// <exception cref="HttpError">412: the request is for another state of it.</exception>
    public static bool Holds(HttpConnection http)
    {
        // Conditions are for what would succeed; an unsafe method's were to be checked before it did its work (section 13.2.1).
        if (http.StatusCode != 200 || http.Method is not ("GET" or "HEAD") || !Preconditions.AreIn(http.RequestHeaders))
        {
            return true;
        }
        var response = http.ResponseHeaders;
        var outcome = Preconditions.Evaluate(
            http.RequestHeaders, http.Method, response["ETag"] is [{ } tag] ? tag : null, Preconditions.TryDate(response["Last-Modified"], out var modified) ? modified : null);
        if (outcome == Precondition.Proceed)
        {
            return true;
        }
        if (outcome == Precondition.Failed)
        {
            throw new HttpError(412, "What is here is not what the request's conditions name: it has changed since.");
        }
        http.StatusCode = 304;
        foreach (var field in BodyFields)
        {
            response.Remove(field);
        }
        return false;
    }
}
