using Realtime.Http;
using Realtime.Protocol;

namespace Realtime;

/// <summary>What a handler answers when a plain value does not say enough: a status, headers, another kind of body.</summary>
public abstract class Response
{
    private Headers? _headers;

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
    /// <param name="value">The new thing, as JSON; null for no body.</param>
    public static Response Created<T>(string location, T value) => new JsonResponse(value, typeof(T), 201) { Location = location };

    /// <summary>201: a new thing that knows where it is.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The new thing, as JSON.</param>
    public static Response Created<T>(T value)
        where T : IHasLocation => new JsonResponse(value, typeof(T), 201) { Location = value.Location };

    /// <summary>202: it will be done. With an <see cref="IHasLocation"/> the answer says where to ask.</summary>
    /// <param name="value">What was accepted, as JSON; null for no body.</param>
    public static Response Accepted(object? value = null) => value is null
        ? new EmptyResponse(202, null)
        : new JsonResponse(value, typeof(object), 202) { Location = (value as IHasLocation)?.Location };

    /// <summary>A file of the server's disk, with conditional requests and ranges. 404 where it does not exist.</summary>
    /// <param name="path">The file, never made of what a client sent without checking it.</param>
    /// <param name="contentType">What it is; null to go by its name.</param>
    /// <param name="downloadName">The name to save it under; null to show it rather than save it.</param>
    public static Response File(string path, string? contentType = null, string? downloadName = null) =>
        new FileResponse(Path.GetFullPath(path), contentType, downloadName, 200);

    /// <summary>A body that is written while it is made.</summary>
    /// <param name="write">Writes the body; its token fires when the peer has gone. Each flush goes out at once.</param>
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
        if (_headers is not null)
        {
            foreach (var (name, values) in _headers)
            {
                http.ResponseHeaders[name] = values;
            }
        }
        return WriteAsync(request, http);
    }

    /// <summary>Writes headers and body of this kind. The status and <see cref="Headers"/> are on the connection by then.</summary>
    /// <param name="request">The request that is answered.</param>
    /// <param name="connection">Where to write.</param>
    protected abstract ValueTask WriteAsync(Request request, HttpConnection connection);

    /// <summary>The content type that <see cref="Headers"/> asks for, or the kind's own.</summary>
    private protected string ContentTypeOr(string own) => _headers?.ContentType ?? own;
}
