using System.Globalization;
using Microsoft.Extensions.Primitives;
using Realtime.Http;
using Realtime.Protocol;

namespace Realtime;

/// <summary>What a handler answers when a plain value does not say enough: a status, headers, another kind of body.</summary>
public abstract class Response
{
    private Headers? _headers;
    private ResponseCookies? _cookies;
    private List<(string Name, Func<string> Value)>? _trailers;
    private bool _addsETag;

    /// <summary>For a kind of one's own: override <see cref="WriteAsync"/>.</summary>
    /// <param name="status">The status, 200 to 599.</param>
    protected Response(int status = 200)
    {
        if (status is < 200 or > 599)
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "A response has a status from 200 to 599.");
        }
        StatusCode = status;
    }

    /// <summary>The status.</summary>
    public int StatusCode { get; set; }

    /// <summary>Header fields to send; they replace those that the kind of response sets itself.</summary>
    public Headers Headers => _headers ??= new ResponseHeaders();

    /// <summary>The cookies to set.</summary>
    public ResponseCookies Cookies => _cookies ??= new ResponseCookies();

    /// <summary>
    /// The tag of this state of what is sent, with its quotes; null for none. Set it with or without them: a request that names it in <c>If-None-Match</c> is then
    /// answered with 304 and no body, one that names another in <c>If-Match</c> with 412 (RFC 9110, section 13).
    /// </summary>
    /// <exception cref="ArgumentException">On setting: it has characters that a tag cannot have.</exception>
    public string? ETag
    {
        get => _headers?["ETag"] is [{ } tag] ? tag : null;
        set => Headers["ETag"] = value is null ? StringValues.Empty : EntityTag.Of(value);
    }

    /// <summary>
    /// When what is sent was last changed, to the second; null for nobody knows. <c>If-Modified-Since</c> and <c>If-Unmodified-Since</c> are then answered as
    /// for <see cref="ETag"/>.
    /// </summary>
    public DateTimeOffset? LastModified
    {
        get => _headers is not null && Preconditions.TryDate(_headers["Last-Modified"], out var date) ? date : null;
        set => Headers["Last-Modified"] = value is { } date ? date.UtcDateTime.ToString("R", CultureInfo.InvariantCulture) : StringValues.Empty;
    }

    /// <summary>
    /// Makes an <see cref="ETag"/> of the body's own bytes. It saves the sending, not the making; a body that is sent while it is made has none.
    /// </summary>
    /// <returns>The response.</returns>
    public Response AddETag()
    {
        _addsETag = true;
        return this;
    }

    /// <summary>
    /// Sends a field behind the body (RFC 9110, section 6.5), where the protocol has such a place: over HTTP/2. Elsewhere it is left out.
    /// </summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">Gives the value, when the body is written.</param>
    public void AddTrailer(string name, Func<string> value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        (_trailers ??= []).Add((name, value));
    }

    /// <summary>Plain text in UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <param name="status">The status.</param>
    public static Response Text(string text, int status = 200) => new TextResponse(text, BodyWriter.PlainText, status);

    /// <summary>A value as JSON.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value; null is the JSON <c>null</c>.</param>
    /// <param name="status">The status.</param>
    public static Response Json<T>(T value, int status = 200) => new JsonResponse(value, typeof(T), status);

    /// <summary>A page, as it stands: whoever built the text has escaped what came from outside.</summary>
    /// <param name="html">The page's text.</param>
    /// <param name="status">The status.</param>
    public static Response Html(string html, int status = 200) => new TextResponse(html, BodyWriter.HtmlText, status);

    /// <summary>A page of an interpolated string, whose values are escaped.</summary>
    /// <param name="html">The page: <c>$"&lt;h1&gt;{title}&lt;/h1&gt;"</c>.</param>
    /// <param name="status">The status.</param>
    public static Response Html(Html html, int status = 200)
    {
        ArgumentNullException.ThrowIfNull(html);
        return new HtmlResponse(html, status);
    }

    /// <summary>Bytes.</summary>
    /// <param name="bytes">The body, not to be changed until it is sent.</param>
    /// <param name="contentType">What the bytes are.</param>
    /// <param name="status">The status.</param>
    public static Response Bytes(ReadOnlyMemory<byte> bytes, string contentType = BodyWriter.Binary, int status = 200) => new BytesResponse(bytes, contentType, status);

    /// <summary>A status without a body.</summary>
    /// <param name="status">The status.</param>
    public static Response Status(int status) => new EmptyResponse(status, null);

    /// <summary>204: done, and nothing to say.</summary>
    public static Response NoContent() => new EmptyResponse(204, null);

    /// <summary>Sends the client elsewhere.</summary>
    /// <param name="location">A path of this app, or a full URL. Do not pass on what a client sent without checking it.</param>
    /// <param name="status">303 (GET it there) unless set; 301, 302, 307 or 308.</param>
    public static Response Redirect(string location, int status = 303) => new EmptyResponse(
        status is 301 or 302 or 303 or 307 or 308 ? status : throw new ArgumentOutOfRangeException(nameof(status), status, "A redirect is 301, 302, 303, 307 or 308."),
        location);

    /// <summary>201: a new thing, and where it is.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="location">The new thing's address.</param>
    /// <param name="value">The new thing, as JSON or in the form that is accepted better; null for no body.</param>
    public static Response Created<T>(string location, T value) => value is null ? new EmptyResponse(201, location) : new ValueResponse(value, typeof(T), 201) { Location = location };

    /// <summary>201: a new thing that knows where it is.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The new thing, as JSON or in the form that is accepted better.</param>
    public static Response Created<T>(T value)
        where T : IHasLocation => new ValueResponse(value, typeof(T), 201) { Location = value.Location };

    /// <summary>202: it will be done. With an <see cref="IHasLocation"/> the answer says where to ask.</summary>
    /// <param name="value">What was accepted, as JSON or in the form that is accepted better; null for no body.</param>
    public static Response Accepted(object? value = null) => value is null
        ? new EmptyResponse(202, null)
        : new ValueResponse(value, typeof(object), 202) { Location = (value as IHasLocation)?.Location };

    /// <summary>A problem document (RFC 9457), or a page for someone at a browser: what an <see cref="HttpError"/> becomes that is thrown.</summary>
    /// <param name="status">The status, 400 to 599.</param>
    /// <param name="message">What is wrong and what to do instead; null for the status' own phrase.</param>
    /// <param name="code">A word for programs to act on; null for the status' own, such as <c>not_found</c>.</param>
    /// <param name="errors">The inputs that are wrong; null for none.</param>
    public static Response Problem(int status, string? message = null, string? code = null, IReadOnlyList<FieldError>? errors = null) =>
        new ProblemResponse(Realtime.Http.Problem.Of(new HttpError(status, message, code) { Errors = errors ?? [] }));

    /// <summary>
    /// An async sequence as lines of JSON while it is made, an item each (https://jsonlines.org). A sequence that a handler returns is a JSON array, or such lines where
    /// the request accepts <c>application/x-ndjson</c> better.
    /// </summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="items">The sequence; its token fires when the peer has gone.</param>
    /// <param name="status">The status.</param>
    public static Response JsonLines<T>(IAsyncEnumerable<T> items, int status = 200)
    {
        ArgumentNullException.ThrowIfNull(items);
        return new SequenceResponse<T>(items, asLines: true, status);
    }

    /// <summary>A file of the server's disk, with conditional requests and ranges. 404 where it does not exist.</summary>
    /// <param name="path">The file, never made of what a client sent without checking it.</param>
    /// <param name="contentType">What it is; null to go by its name.</param>
    /// <param name="downloadName">The name to save it under; null to show it rather than save it.</param>
    public static Response File(string path, string? contentType = null, string? downloadName = null) =>
        new FileResponse(Path.GetFullPath(path), contentType, downloadName, 200);

    /// <summary>The bytes of a stream, with ranges where it can be read from any place. It is disposed of when it is sent.</summary>
    /// <param name="source">The stream, from where it stands.</param>
    /// <param name="contentType">What the bytes are.</param>
    /// <param name="downloadName">The name to save them under; null to show them rather than save them.</param>
    /// <param name="status">The status.</param>
    public static Response Stream(Stream source, string contentType = BodyWriter.Binary, string? downloadName = null, int status = 200)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new SourceResponse(source, contentType, downloadName, status);
    }

    /// <summary>
    /// A body that is written while it is made. A peer that takes nothing for 30 seconds while something waits for it is cut off.
    /// </summary>
    /// <param name="write">Writes the body; its token fires when the peer has gone. Each flush, and each write that is awaited, goes out at once.</param>
    /// <param name="contentType">What the body is.</param>
    /// <param name="status">The status.</param>
    public static Response Stream(Func<Stream, CancellationToken, Task> write, string contentType = BodyWriter.Binary, int status = 200)
    {
        ArgumentNullException.ThrowIfNull(write);
        return new StreamResponse(write, contentType, status);
    }

    /// <summary>
    /// Server-sent events: each item of a stream goes out at once, until the stream ends, the peer goes or the server stops. A peer that takes nothing for
    /// 30 seconds while something waits for it is cut off; until it takes something, the stream is not asked for more.
    /// </summary>
    /// <typeparam name="T">
    /// The items' type. A <see cref="ServerEvent"/> carries a name and an id too; a string is sent as it is, anything else as JSON.
    /// </typeparam>
    /// <param name="events">
    /// The stream; its token fires when it is to end. That of a topic (<c>app.Topics.Subscribe(...)</c>), as any that is <see cref="IResumableEvents"/>, goes on behind the
    /// event that the viewer's <c>Last-Event-ID</c> names.
    /// </param>
    /// <param name="heartbeat">How long it may be silent before a comment is sent, so that nothing in between gives the connection up; null for 15 seconds.</param>
    public static Response Events<T>(IAsyncEnumerable<T> events, TimeSpan? heartbeat = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (heartbeat is { } span)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, nameof(heartbeat));
        }
        var every = heartbeat ?? TimeSpan.FromSeconds(15);
        return events is IResumableEvents resumable
            ? new EventsResponse<ServerEvent>((request, ending) => resumable.ReadFrom(EventsResponse.LastEventId(request), ending), every)
            : new EventsResponse<T>((_, _) => events, every);
    }

    /// <summary>For an answer whose headers are with the connection already.</summary>
    private protected Response(int status, Headers headers)
        : this(status) => _headers = headers;

    /// <summary>Sends the response: status, headers and body.</summary>
    internal virtual ValueTask SendAsync(Request request)
    {
        var http = request.Http;
        http.StatusCode = StatusCode;
        if (_headers is null && _cookies is null && !_addsETag && _trailers is null)
        {
            return WriteAsync(request, http);
        }
        SetHeaders(http);
        if (_headers is not null && (_headers.Contains("ETag") || _headers.Contains("Last-Modified")) && !Conditional.Holds(http))
        {
            return default;
        }
        return _addsETag || _trailers is not null ? WriteWithMoreAsync(request, http) : WriteAsync(request, http);
    }

    private void SetHeaders(HttpConnection http)
    {
        var target = http.ResponseHeaders;
        foreach (var (name, values) in _headers ?? Enumerable.Empty<KeyValuePair<string, StringValues>>())
        {
            // Whoever set a cookie before has set another one.
            target[name] = name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase) ? StringValues.Concat(target[name], values) : values;
        }
        SetCookies(http);
    }

    /// <summary>Puts the cookies among the header fields, now that it is known how they travel.</summary>
    private protected void SetCookies(HttpConnection http)
    {
        foreach (var cookie in _cookies?.Render(http.Scheme == "https") ?? [])
        {
            http.ResponseHeaders.Append("Set-Cookie", cookie);
        }
    }

    private async ValueTask WriteWithMoreAsync(Request request, HttpConnection http)
    {
        await WriteAsync(request, http);
        if (_addsETag && !http.HasStarted && http.StatusCode == 200)
        {
            http.ResponseHeaders["ETag"] = EntityTag.OfBody(http.Unsent);
            if (!Conditional.Holds(http))
            {
                http.ResetBody();
            }
        }
        foreach (var (name, value) in _trailers ?? [])
        {
            if (http.SupportsTrailers)
            {
                http.AppendTrailer(name, value());
            }
        }
    }

    /// <summary>Writes headers and body of this kind. The status and <see cref="Headers"/> are on the connection by then.</summary>
    /// <param name="request">The request that is answered.</param>
    /// <param name="connection">Where to write.</param>
    protected abstract ValueTask WriteAsync(Request request, HttpConnection connection);

    /// <summary>The content type that <see cref="Headers"/> asks for, or the kind's own.</summary>
    private protected string ContentTypeOr(string own) => _headers?.ContentType ?? own;

    /// <summary>Whether <see cref="Headers"/> asks for a content type.</summary>
    private protected bool HasContentType => _headers?.ContentType is not null;
}
