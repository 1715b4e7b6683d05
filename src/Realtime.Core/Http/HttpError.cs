using Microsoft.AspNetCore.WebUtilities;
using Realtime.Http;
using Realtime.Protocol;

namespace Realtime;

/// <summary>An answer other than success, thrown from wherever it becomes clear: it ends the request with a problem document (RFC 9457).</summary>
public sealed class HttpError : Exception
{
    private ResponseHeaders? _headers;

    /// <summary>Makes an error.</summary>
    /// <param name="status">The status, 400 to 599.</param>
    /// <param name="message">What is wrong and what to do instead, for the peer to see; null for the status' own phrase.</param>
    /// <param name="code">A word for programs to act on; null for the status' own, such as <c>not_found</c>.</param>
    /// <param name="innerException">The cause, which the peer does not see; or null.</param>
    public HttpError(int status, string? message = null, string? code = null, Exception? innerException = null)
        : base(message ?? ReasonOf(status) + ".", innerException)
    {
        if (status is < 400 or > 599)
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "An error has a status from 400 to 599: return a Response for another.");
        }
        Status = status;
        Code = code ?? ReasonOf(status).ToLowerInvariant().Replace(' ', '_').Replace('-', '_').Replace("'", "", StringComparison.Ordinal);
    }

    /// <summary>The status.</summary>
    public int Status { get; }

    /// <summary>A word for programs to act on: <c>not_found</c>.</summary>
    public string Code { get; }

    /// <summary>
    /// Header fields to send with the answer, such as <c>WWW-Authenticate</c> or <c>Retry-After</c>: <c>new HttpError(429) { Headers = { ["Retry-After"] = "60" } }</c>.
    /// </summary>
    public Headers Headers => _headers ??= new ResponseHeaders();

    /// <summary>The inputs that are wrong, which the answer lists as <c>errors</c>; empty unless set, or where the framework found some.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    internal bool HasHeaders => _headers is not null;

    /// <summary>400: the request makes no sense.</summary>
    /// <param name="message">What is wrong, for the peer to see; null for the status' own phrase.</param>
    public static HttpError BadRequest(string? message = null) => new(400, message);

    /// <summary>401: say who you are first.</summary>
    /// <inheritdoc cref="BadRequest"/>
    public static HttpError Unauthorized(string? message = null) => new(401, message);

    /// <summary>403: not for you.</summary>
    /// <inheritdoc cref="BadRequest"/>
    public static HttpError Forbidden(string? message = null) => new(403, message);

    /// <summary>404: there is no such thing.</summary>
    /// <inheritdoc cref="BadRequest"/>
    public static HttpError NotFound(string? message = null) => new(404, message);

    /// <summary>409: it clashes with what is there.</summary>
    /// <inheritdoc cref="BadRequest"/>
    public static HttpError Conflict(string? message = null) => new(409, message);

    /// <summary>422: it is well-formed but cannot be done.</summary>
    /// <inheritdoc cref="BadRequest"/>
    public static HttpError Unprocessable(string? message = null) => new(422, message);

    /// <summary>429: not so fast.</summary>
    /// <inheritdoc cref="BadRequest"/>
    public static HttpError TooManyRequests(string? message = null) => new(429, message);

    /// <summary>503: not now.</summary>
    /// <inheritdoc cref="BadRequest"/>
    public static HttpError Unavailable(string? message = null) => new(503, message);

    /// <summary>A status' phrase: <c>Not Found</c>.</summary>
    internal static string ReasonOf(int status) => ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : $"Status {status}";
}
