using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>A file of the server's disk.</summary>
internal sealed class FileResponse(string path, string? contentType, string? downloadName, int status, string? encoding = null) : Response(status)
{
    protected override ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw HttpError.NotFound($"There is nothing at {request.Path}.");
        }
        if (downloadName is not null)
        {
            connection.ResponseHeaders["Content-Disposition"] = Disposition.Attachment(downloadName);
        }
        return FileBody.SendAsync(connection, file, ContentTypeOr(contentType ?? MediaType.Of(path)), encoding);
    }
}
