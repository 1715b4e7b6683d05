using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Text of one kind or another, in UTF-8.</summary>
internal sealed class TextResponse(string text, string contentType, int status) : Response(status)
{
    protected override ValueTask WriteAsync(Request request, HttpConnection connection) =>
        BodyWriter.Text(connection, text, ContentTypeOr(contentType));
}

/// <summary>Bytes as they are.</summary>
internal sealed class BytesResponse(ReadOnlyMemory<byte> bytes, string contentType, int status) : Response(status)
{
    protected override ValueTask WriteAsync(Request request, HttpConnection connection) =>
        BodyWriter.Bytes(connection, bytes, ContentTypeOr(contentType));
}

/// <summary>A status, perhaps a location, and no body.</summary>
internal sealed class EmptyResponse(int status, string? location) : Response(status)
{
    protected override ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        if (location is not null)
        {
            connection.ResponseHeaders["Location"] = location;
        }
        if (StatusCode is not (204 or 304))
        {
            connection.ResponseHeaders.ContentLength = 0;
        }
        return default;
    }
}

/// <summary>A value as JSON, perhaps with its location.</summary>
internal sealed class JsonResponse(object? value, Type declared, int status) : Response(status)
{
    public string? Location { get; init; }

    protected override ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        if (Location is not null)
        {
            connection.ResponseHeaders["Location"] = Location;
        }
        var options = request.App.Json;
        var type = JsonShape.Of(value, declared, options);
        return BodyWriter.Json(request, value, type, ContentTypeOr(BodyWriter.JsonText));
    }
}

/// <summary>A body that the app writes while it makes it.</summary>
internal sealed class StreamResponse(Func<Stream, CancellationToken, Task> write, string contentType, int status) : Response(status)
{
    protected override async ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        connection.ResponseHeaders.ContentType = ContentTypeOr(contentType);
        if (request.Method == "HEAD")
        {
            return;
        }
        await using var stream = connection.ResponseBody.AsStream(leaveOpen: true);
        await write(stream, request.Disconnected);
    }
}
