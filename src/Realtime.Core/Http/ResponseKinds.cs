using Microsoft.Extensions.DependencyInjection;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Text of one kind or another, in UTF-8.</summary>
internal sealed class TextResponse(string text, string contentType, int status) : Response(status)
{
    protected override ValueTask WriteAsync(Request request, HttpConnection connection) =>
        BodyWriter.Text(connection, text, ContentTypeOr(contentType));
}

/// <summary>Bytes as they are, or the part of them that is asked for.</summary>
internal sealed class BytesResponse(ReadOnlyMemory<byte> bytes, string contentType, int status) : Response(status)
{
    protected override ValueTask WriteAsync(Request request, HttpConnection connection) =>
        RangedBody.SendAsync(connection, new BytesSource(bytes), ContentTypeOr(contentType));
}

/// <summary>A status, perhaps a location, and no body.</summary>
internal sealed class EmptyResponse(int status, string? location) : Response(status)
{
    protected override ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        if (location is not null)
        {
            connection.ResponseHeaders["Location"] = LocationText.Of(location);
        }
        if (StatusCode is not (204 or 304))
        {
            connection.ResponseHeaders.ContentLength = 0;
        }
        return default;
    }
}

/// <summary>A value as JSON, whatever is accepted.</summary>
internal sealed class JsonResponse(object? value, Type declared, int status) : Response(status)
{
    protected override ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        var type = JsonShape.Of(value, declared, request.App.Json);
        return BodyWriter.Json(request, value, type, ContentTypeOr(BodyWriter.JsonText));
    }
}

/// <summary>A value in the form that is accepted best, perhaps with its location.</summary>
internal sealed class ValueResponse(object? value, Type declared, int status) : Response(status)
{
    public string? Location { get; init; }

    protected override ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        if (Location is not null)
        {
            connection.ResponseHeaders["Location"] = LocationText.Of(Location);
        }
        var type = JsonShape.Of(value, declared, request.App.Json);
        // A type of the app's own choice is one that it writes in JSON: application/hal+json, say.
        return HasContentType ? BodyWriter.Json(request, value, type, ContentTypeOr(BodyWriter.JsonText)) : ValueBody.WriteAsync(request, value, type);
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
        await using var stream = new ResponseStream(connection, request.App.Provider.GetRequiredService<TimeProvider>());
        await write(stream, request.Disconnected);
    }
}

/// <summary>The bytes of a stream that is there: the part that is asked for, where it can be read from any place.</summary>
internal sealed class SourceResponse(Stream source, string contentType, string? downloadName, int status) : Response(status)
{
    protected override async ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        await using var owned = source;
        var time = request.App.Provider.GetRequiredService<TimeProvider>();
        if (downloadName is not null)
        {
            connection.ResponseHeaders["Content-Disposition"] = Disposition.Attachment(downloadName);
        }
        if (source.CanSeek)
        {
            await RangedBody.SendAsync(connection, new StreamSource(source, time), ContentTypeOr(contentType));
            return;
        }
        connection.ResponseHeaders.ContentType = ContentTypeOr(contentType);
        if (request.Method != "HEAD")
        {
            await StreamCopy.SendAsync(connection, source, count: null, time);
        }
    }
}
